-- Lay regions and cities bare: general mending, the country of their row, and LONDON written as London.
--
-- grain    one row per kind, text and country text
-- param    default_country   text = 'KR'   ISO 3166-1 alpha-2 of rows that name no known country
-- returns  kind (region, city), raw, country_text ('' for none: the country as the row had it), text (NULL: says nothing),
--          text_rule and text_confidence (of text; NULL: as it was), country; a name in capitals or small letters throughout is spelt as others
--          in its column spell it, else word by word; short ones (NY, NSW), those with a code behind (DALLAS TX) and Mc… wait for such evidence
with cells as (
    select 'region' as kind, region as raw, coalesce(country, '') as country_text from source.contacts where region is not null
    union select 'city', city, coalesce(country, '') from source.contacts where city is not null
    union select 'city', m.city, coalesce(c.country, '') from clean.misplaced m
    join source.contacts c on c._source = m._source and coalesce(c._file, '') = coalesce(m._file, '') and c._row = m._row
    where m.city is not null
),
mended as (
    select c.*, case when t.raw is null then c.raw else t.value end as mended, t.rule, t.confidence,
        coalesce(w.country, upper($default_country)) as country
    from cells c
    left join clean.text_fixes t on t.scope = 'person' and t.raw = c.raw
    left join clean.country_words w on w.word = lower(trim(c.country_text))
),
weighed as (
    select *, lower(mended) as word, case when strlen(mended) > 200 or not regexp_full_match(mended, '[\p{Latin} .''’-]+') then false
        else mended = upper(lower(mended)) or mended = lower(mended) end as is_one_case
    from mended
),
spellings as (
    -- As others write it: Hamburg, McAllen.
    select kind, word, min(mended) as spelling
    from weighed
    where not is_one_case and strlen(mended) <= 200 and regexp_full_match(mended, '[\p{Latin} .''’-]+')
    group by kind, word
    having count(distinct mended) = 1
),
spelt as (
    select m.*, s.spelling, case when m.is_one_case and s.spelling is null and length(m.mended) >= 4
            and not regexp_matches(m.word, '(^|[ -])mc|[ -][^ -]{1,2}[.]?$|^[^ ]{1,2}$')
        -- Aix-en-Provence, Frankfurt am Main, L'Aquila.
        then trim(regexp_replace(array_to_string(list_transform(string_split(regexp_replace(' ' || m.word, '([- ''’.])', '\1|', 'g'), '|'), lambda p:
            case when regexp_full_match(p, '(of|the|and|de|del|dos|das|da|do|di|la|las|los|le|les|en|sur|sous|am|an|der|im|in|on|upon|y|e|et|und|van|von|aan|den)[- ]') then p
                 else upper(left(p, 1)) || substr(p, 2) end), ''), '^ +', '', 'g')) end as by_word
    from weighed m
    left join spellings s on s.kind = m.kind and s.word = m.word and m.is_one_case
),
capital as (
    select *, case when spelling is not null then spelling else upper(left(by_word, 1)) || substr(by_word, 2) end as spelled from spelt
)
select kind, raw, country_text, coalesce(spelled, mended) as text, case when spelled <> mended then 'upper or lower case throughout' else rule end as text_rule,
    cast(case when spelled <> mended then least(coalesce(confidence, 1.0), case when spelling is not null then 0.98 else 0.95 end) else confidence end as double) as text_confidence,
    country
from capital
