-- Find the digits to dial in telephone texts that are not E.164 yet.
--
-- grain    one row per phone text and country text
-- param    default_country   text = 'KR'   ISO 3166-1 alpha-2 of rows that name no known country
-- returns  raw, country_text ('' for none: the country as the row had it), country, text (NULL: says nothing), rule (of text),
--          number (text of the first number), dialled (its digits), has_plus, is_number, is_damaged (by a spreadsheet), is_several
with cells as (
    select phone as raw, coalesce(country, '') as country_text from source.contacts
    union all select phone, '' from source.orders
    union all select phone, '' from source.tickets
),
doubtful as (
    -- The commonest numbers of all are right as they are; whatever else is right comes out unchanged.
    select distinct raw, country_text
    from cells
    where raw is not null
      and not regexp_full_match(raw, '[+]82(10[1-9][0-9]{7}|2[2-9][0-9]{6,7}|(3[1-3]|4[1-4]|5[1-5]|6[1-4])[2-9][0-9]{6,7}|70[2-9][0-9]{7})')
),
mended as (
    select d.raw, d.country_text, t.rule, lower(case when t.raw is null then d.raw else t.value end) as text,
        coalesce(w.country, upper($default_country)) as country
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
    left join clean.country_words w on w.word = lower(trim(d.country_text))
),
bare as (
    -- Labels before the number go, and a trunk zero in brackets behind a calling code, which is not dialled.
    select *,
        regexp_replace(regexp_replace(case when strlen(text) <= 200 then text else '' end,
            '^(tel|telephone|phone|mobile|mob|cell|hp|fax|m|t|p|전화|전화번호|휴대폰|핸드폰|연락처)[ .:)]*([+(0-9])', '\2', 'g'),
            '^([+(]*[0-9]{1,3}[) -]*)[(]0[)]', '\1', 'g') as bare
    from mended
),
first_number as (
    -- A second number begins behind at least seven digits; a slash before that parts the area code from the rest.
    select *,
        regexp_replace(bare, '^((?:[^0-9/,;|~]*[0-9]){7,15}[) ]*) *(?:[/,;|~]|or|또는) *[+(]*[0-9].*$', '\1', 'g') as one
    from bare
),
cut as (
    select *, regexp_replace(regexp_replace(one,
        '[ ,;(]*(;ext=|extension|ext|x|내선|구내|교환|#)[ .:#]*[0-9]{1,6}[ 번)]*$', '', 'g'), '[.]0$|[ ,;.]+$', '', 'g') as number
    from first_number
)
select raw, country_text, country, text, rule, number, regexp_replace(number, '[^0-9]', '', 'g') as dialled,
    starts_with(ltrim(number, '( '), '+') as has_plus,
    regexp_full_match(number, '[+( ]*[0-9][0-9 ()./·•–—‐‑−-]*') as is_number,
    regexp_full_match(text, '[+-]?[0-9]+([.,][0-9]+)?e[+]?[0-9]+') as is_damaged,
    one <> bare as is_several
from cut
