-- Read amounts and quantities of all common forms: ₩12,000, 12,000원, 3만5천원, 12.000,50 €, 1,234.50, (12.00), 3개, 4/5.
--
-- grain    one row per kind (decimal, count) and number text that a plain cast does not read right
-- returns  kind, raw, value (decimal with 4 places; NULL: no number, or not whole where one counts), currency (ISO 4217, where the text names one),
--          rule, confidence
with pointed as (
    select t.*, k.raw is not null as is_korean, case
        when k.raw is not null then cast(k.value as varchar)
        when regexp_full_match(t.digits, '[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?') then replace(t.digits, ',', '')
        when regexp_full_match(t.digits, '[0-9]{1,3}([.][0-9]{3})+,[0-9]+|[0-9]{1,3}([.][0-9]{3}){2,}')
            or (t.mark <> '' and regexp_full_match(t.digits, '[1-9][0-9]{0,2}[.][0-9]{3}')) then replace(replace(t.digits, '.', ''), ',', '.')
        when regexp_full_match(t.digits, '[0-9]+,[0-9]+') then replace(t.digits, ',', '.')
        when regexp_full_match(t.digits, '[0-9]+[.]?[0-9]*|[.][0-9]+|[0-9]+([.][0-9]+)?e[+-]?[0-9]{1,2}') then t.digits end as plain
    from clean.number_texts t
    left join clean.korean_numbers k on k.kind = t.kind and k.raw = t.raw
),
judged as (
    select p.*, w.value as currency,
        try_cast(case when is_negative then '-' else '' end || plain as decimal(18, 4)) as value
    from pointed p
    left join clean.words w on w.kind = 'currency' and w.word = p.mark
),
ruled as (
    select kind, raw, currency, confidence, contains(digits, ',') and not contains(digits, '.') and currency is null as is_doubtful,
        case when kind = 'decimal' or value = floor(value) then value end as value,
        case when text is null then rule when kind = 'count' and value <> floor(value) then 'not a whole number'
             when plain is null and not is_korean then 'not a number' when value is null then 'number out of range'
             when regexp_full_match(plain, '[0-9]*[.][0-9]{5,}') then 'rounded to 4 decimals' when is_korean then 'number in Korean units'
             when currency is not null then 'amount with a currency' else 'number written another way' end as rule
    from judged
)
select kind, raw, value, currency, rule,
    cast(case when rule in ('not a number', 'not a whole number', 'number out of range') then 1.0 when rule = 'number in Korean units' then .98
              -- 1,234 may be a decimal, 12,5 a list.
              when rule = 'number written another way' and is_doubtful then .97
              when rule in ('amount with a currency', 'rounded to 4 decimals', 'number written another way') then .99 else confidence end as double) as confidence
from ruled
