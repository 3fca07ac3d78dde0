-- Read amounts and quantities of all common forms: ₩12,000, 12,000원, 12.000,50 €, 1,234.50, (12.00), 3개, 4/5.
--
-- grain    one row per kind (decimal, count) and number text that a plain cast does not read right
-- returns  kind, raw, value (decimal with 4 places; NULL: no number, or not whole where one counts), currency (ISO 4217, where the text names one), rule
with cells as (
    select 'decimal' as kind, amount as raw from source.orders
    union all select 'decimal', unnest([quantity, unit_price, amount]) from source.order_lines
    union all select 'count', line_no from source.order_lines
    union all select 'decimal', cost from source.events
    union all select 'decimal', satisfaction from source.tickets
),
doubtful as (
    select distinct kind, raw
    from cells
    where raw is not null
      and (not regexp_full_match(raw, '-?[0-9]{1,14}([.][0-9]{1,4})?') or (kind = 'count' and contains(raw, '.')))
),
mended as (
    select d.kind, d.raw, t.rule,
        lower(case when strlen(d.raw) > 80 then '?' when t.raw is null then d.raw else t.value end) as text
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
),
marked as (
    select *, regexp_extract(text, '₩|￦|원|won|krw|us[$]|usd|[$]|달러|€|euros?|eur|£|￡|gbp|円|엔|jpy|yen|元|위안|cny|rmb') as mark,
        regexp_matches(text, '^[(].*[)]$|^[^0-9]*[-−–△▲]|[0-9] ?-$') as is_negative,
        -- What is left are digits with their points, commas and apostrophes; letters beside them that are units go.
        regexp_replace(regexp_replace(text, '₩|￦|원|won|krw|us[$]|usd|[$]|달러|€|euros?|eur|£|￡|gbp|円|엔|jpy|yen|元|위안|cny|rmb|¥'
            || '|^[(]|[)]$|[ ''’]|^[-−–+△▲]+|-$', '', 'g'), '(개|건|점|회|ea|pcs|pc|stars?|x|%|/[0-9]+)$|^[-−–+△▲(]+', '', 'g') as digits
    from mended
),
pointed as (
    select *, case
        when regexp_full_match(digits, '[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?') then replace(digits, ',', '')
        when regexp_full_match(digits, '[0-9]{1,3}([.][0-9]{3})+,[0-9]+|[0-9]{1,3}([.][0-9]{3}){2,}')
            or (mark <> '' and regexp_full_match(digits, '[1-9][0-9]{0,2}[.][0-9]{3}')) then replace(replace(digits, '.', ''), ',', '.')
        when regexp_full_match(digits, '[0-9]+,[0-9]+') then replace(digits, ',', '.')
        when regexp_full_match(digits, '[0-9]+[.]?[0-9]*|[.][0-9]+|[0-9]+([.][0-9]+)?e[+-]?[0-9]{1,2}') then digits end as plain
    from marked
),
judged as (
    select p.*, w.value as currency,
        try_cast(case when is_negative then '-' else '' end || plain as decimal(18, 4)) as value
    from pointed p
    left join clean.words w on w.kind = 'currency' and w.word = p.mark
),
ruled as (
    select kind, raw, currency, case when kind = 'decimal' or value = floor(value) then value end as value,
        case when text is null then rule when kind = 'count' and value <> floor(value) then 'not a whole number' when plain is null then 'not a number' when value is null then 'number out of range'
             when regexp_full_match(plain, '[0-9]*[.][0-9]{5,}') then 'rounded to 4 decimals'
             when currency is not null then 'amount with a currency' else 'number written another way' end as rule
    from judged
)
select kind, raw, value, currency, rule from ruled
