-- Find contacts whose given and family names stand in each other's column, or whose full name stands in one of them.
--
-- grain    one row per contact whose names should be read from elsewhere
-- returns  _source, _file, _row, full_name, given_name, family_name (as they should be), rule, confidence (0 to 1)
with names as (
    select _source, _file, _row, full_name, given_name, family_name, trim(given_name) as given, trim(family_name) as family
    from source.contacts
    -- Hangul sorts from 가 to 힣. Most family names have one syllable (three bytes) and most given names no blank.
    where case when given_name is null or given_name = '' then false
               when given_name >= '가' and given_name <= '힣' then
                   strlen(given_name) > 8 or coalesce(strlen(family_name) > 3 and strlen(given_name) <= 6, false)
               when contains(given_name, ' ') or contains(family_name, ' ') then true
               else given_name in (select token from clean.name_sides where side = 'family') end
),
sided as (
    select n.*, g.side as given_side, f.side as family_side, coalesce(family, '') as last,
        regexp_full_match(concat(given, family), '[가-힣 ]+') as is_hangul,
        replace(given, ' ', '') as joined, split_part(given, ' ', 1) as first_word,
        regexp_extract(given, '([^ ]+)$', 1) as last_word
    from names n
    left join clean.name_sides g on g.token = n.given
    left join clean.name_sides f on f.token = n.family
),
judged as (
    select *,
        case when is_hangul then case
                 when joined in (select surname from clean.surnames) and length(last) >= 2 and last not in (select surname from clean.surnames) then 'swapped'
                 when last <> '' and last in (select surname from clean.surnames) and starts_with(joined, last) and length(joined) - length(last) = 2 then 'repeated'
                 when last = joined and length(joined) between 3 and 4 and left(joined, 1) in (select surname from clean.surnames) then 'same'
                 when last = '' and (full_name is null or full_name = '') and (length(joined) = 3 and left(joined, 1) in (select surname from clean.surnames)
                     or length(joined) = 4 and left(joined, 2) in (select surname from clean.surnames)) then 'alone' end
             when regexp_matches(concat(given, family), '[0-9@(),;]') then null
             when last <> '' and last = given and contains(given, ' ') then 'same'
             when last <> '' and not contains(last, ' ') and contains(given, ' ') and lower(last_word) = lower(last) then 'repeated'
             when given <> '' and contains(last, ' ') and not contains(given, ' ') and starts_with(lower(last), lower(given) || ' ') then 'family repeats'
             when last = '' and contains(given, ' ') and (full_name is null or full_name = '') and regexp_full_match(given, '[\pL''.-]+ [\pL''.-]+')
                 and last_word in (select token from clean.name_sides where side = 'family') then 'alone'
             when given_side = 'family' and family_side = 'given' then 'sides' end as finding
    from sided
)
select _source, _file, _row,
    case when finding in ('alone', 'same') then case when full_name is null or full_name = '' then given else full_name end else full_name end as full_name,
    case when finding in ('swapped', 'sides') then family when finding = 'repeated' and is_hangul then substring(joined, 1 + length(last))
         when finding = 'repeated' then trim(left(given, length(given) - length(last_word))) when finding in ('alone', 'same') then null else given_name end as given_name,
    case when finding in ('swapped', 'sides') then given when finding in ('alone', 'same') then null
         when finding = 'family repeats' then trim(substring(last, 1 + length(given))) else family_name end as family_name,
    case when finding in ('swapped', 'sides') then 'given and family name swapped' else 'full name in one of its parts' end as rule,
    cast(case finding when 'swapped' then 0.97 when 'sides' then 0.8 when 'repeated' then 0.96 when 'family repeats' then 0.95
        when 'same' then 0.95 else case when is_hangul then 0.92 else 0.85 end end as double) as confidence
from judged
where finding is not null
