-- List telephone texts that are not E.164 yet, and write those at once that can be read in one way only.
--
-- grain    one row per phone text and country text
-- param    default_country   text = 'KR'   ISO 3166-1 alpha-2 of rows that name no known country
-- returns  raw, country_text ('' for none: the country as the row had it), country, has_country (the row names it), text (NULL:
--          says nothing), rule and confidence (of text), n_cells, n_contacts (cells of contacts), plain (E.164 of a Korean mobile
--          number in its usual groups, NULL: to be looked at closer)
with cells as (
    select phone as raw, coalesce(country, '') as country_text, 1 as of_contact from source.contacts
    union all select phone, '', 0 from source.orders
    union all select phone, '', 0 from source.tickets
    union all select m.phone, coalesce(c.country, ''), 0 from clean.misplaced m
        join source.contacts c on c._source = m._source and c._file is not distinct from m._file and c._row = m._row
),
doubtful as (
    -- The commonest numbers of all are right as they are; whatever else is right comes out unchanged. One case: one match a cell.
    select raw, country_text, count(*) as n_cells, sum(of_contact) as n_contacts
    from cells
    where raw is not null
      and case when not regexp_full_match(raw, '[+]82(10[1-9][0-9]{7}|2[2-9][0-9]{6,7}|(3[1-3]|4[1-4]|5[1-5]|6[1-4])[2-9][0-9]{6,7}|70[2-9][0-9]{7})') then true
               else raw in (select phone from clean.phone_placeholders) end
    group by raw, country_text
),
mended as (
    select d.raw, d.country_text, d.n_cells, d.n_contacts, t.rule, coalesce(t.confidence, 1.0) as confidence, lower(case when t.raw is null then d.raw else t.value end) as text, t.raw is null as is_own,
        coalesce(w.country, upper($default_country)) as country, w.country is not null as has_country
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
    left join clean.country_words w on w.word = lower(trim(d.country_text))
),
written as (
    select *, case when is_own and country = 'KR' and regexp_full_match(raw, '010-[1-9][0-9]{3}-[0-9]{4}|01[16-9]-[1-9][0-9]{2,3}-[0-9]{4}')
                   then '+82' || translate(substr(raw, 2), '-', '')
                   when is_own and regexp_full_match(raw, '[+]82[ -]?10[ -][1-9][0-9]{3}-[0-9]{4}') then translate(raw, ' -', '') end as plain
    from mended
)
select w.raw, w.country_text, w.country, w.has_country, w.text, w.rule, w.confidence, w.n_cells, w.n_contacts,
    -- Numbers that people make up are counted first.
    case when p.phone is null and not suffix(w.plain, '0000') then w.plain end as plain
from written w
left join clean.phone_placeholders p on p.phone = w.plain
