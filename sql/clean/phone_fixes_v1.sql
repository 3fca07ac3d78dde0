-- Write telephone numbers in E.164: +821012345678.
--
-- grain    one row per phone text and country text that do not stay as they are
-- returns  raw, country_text ('' for none: the country as the row had it), value (NULL: cannot be called), rule, confidence
with suspected as (
    select e164, sum(n_contacts) as n_same
    from clean.phone_readings
    where is_callable and ('+' || e164) in (select phone from clean.phone_placeholders)
    group by e164
),
shaped as (
    -- A Korean number without its zero is told by how it is parted; a row of digits may be many things.
    select r.*, p.n_same, h.is_zero_lost, h.is_american,
        case when r.way <> 'short' or r.code <> '82' or regexp_full_match(r.e164, '821[568][0-9]{6}') then null
             when regexp_full_match(r.shape, '10-?[0-9]{4}-?[0-9]{4}') then 'mobile'
             when regexp_full_match(r.shape, '(1[16-9]|2|[3-6][1-5]|70|80|50[2-8])-[0-9]{3,4}-[0-9]{4}') then 'parted'
             when regexp_full_match(r.shape, '[0-9]+') then 'digits' else 'other' end as zero_lost,
        -- 06 12 34 51 49 is not how a Korean writes 061-234-5149.
        r.way = 'trunk' and r.code = '82' and not r.has_country and contains(r.shape, '-') and length(split_part(r.shape, '-', 1)) < 7
            and not regexp_matches(r.shape, '^0(10|1[16-9]|2|[3-6][1-5]|70|80|50[2-8])-') as is_foreign
    from clean.phone_readings r
    cross join clean.phone_habits h
    left join suspected p on p.e164 = r.e164
),
judged as (
    select *, is_callable and coalesce(zero_lost, '') <> 'other' and american is null and not coalesce(is_foreign, false) as is_read,
        suffix(dialled, '0000000') and regexp_matches(dialled, '^[0-9]{0,3}0{7}$|0{8}$') or dialled = repeat(left(dialled, 1), length(dialled))
            or is_callable and coalesce(n_same, 0) >= 10 as is_placeholder
    from shaped
),
ruled as (
    select *,
        case when text is null then rule
             when is_damaged then 'phone damaged by a spreadsheet'
             when is_number and is_placeholder then 'placeholder phone'
             when is_number and not is_read and american is not null then 'American number in a row without a country'
             when is_number and not is_read and is_foreign and length(dialled) between 9 and 15 then 'phone in the form of another country'
             when is_number and not is_read and bare is not null then 'phone without its plus'
             when is_number and e164 is null then 'no calling code known for the country'
             when is_number and not is_read and zero_lost = 'other' and is_callable then 'phone without an area code'
             when (is_number and is_read) is not true then 'not a phone number'
             when is_several then 'first of several numbers'
             when is_lettered then 'letters typed for digits'
             when is_beside then 'words or extension beside a phone'
             when zero_lost is not null or way = 'short' and code in ('44', '49', '33', '81', '86', '61', '91', '84', '66', '62')
                  and is_read then 'lost leading zero'
             else 'phone written another way' end as new_rule
    from judged
),
valued as (
    select raw, country_text, new_rule as rule, confidence as text_confidence, zero_lost, has_country, is_zero_lost, is_american, dialled,
        case when text is null or new_rule in ('phone damaged by a spreadsheet', 'placeholder phone', 'no calling code known for the country',
                  'phone without an area code', 'phone in the form of another country', 'not a phone number') then null
             when new_rule = 'American number in a row without a country' then '+' || american
             when new_rule = 'phone without its plus' then '+' || bare
             else '+' || e164 end as value
    from ruled
)
select raw, country_text, value, rule,
    least(text_confidence, cast(case when rule in ('phone without an area code', 'phone in the form of another country', 'American number in a row without a country') then 0.6
         when rule = 'phone without its plus' then 0.8
         when value is not null and zero_lost = 'digits' and not regexp_full_match(dialled, '10[0-9]{8}') then
             case when is_zero_lost and (has_country or not is_american) then 0.93 when length(dialled) < 9 then 0.6 else 0.75 end
         when rule = 'placeholder phone' then 0.95
         when rule in ('first of several numbers', 'letters typed for digits') then 0.9
         when rule in ('lost leading zero', 'words or extension beside a phone') then 0.97 else 1.0 end as double)) as confidence
from valued
where value is distinct from raw
union all select raw, country_text, plain, 'phone written another way', 1.0 from clean.phone_texts where plain is not null
