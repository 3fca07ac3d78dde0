-- Set names of persons right and part full names: titles, order, case, spaces in Hangul.
--
-- grain    one row per part (full, given, family), source and text: of full names every one in doubt, of the others those that change
-- returns  part, _source, raw, value, given_name and family_name (of full names that hold one person), rule (NULL: stays as it is),
--          confidence; of a name in two scripts the Hangul is the value, the Latin form stands in clean.name_aliases;
--          where several people share a cell, the first is proposed
with parted as (
    select n.*, n.part = 'full' and n.first_person is null and not regexp_matches(n.value, '[0-9@(),;\x{80}-\x{a9}\x{ab}-\x{b6}\x{b8}\x{b9}\x{bb}-\x{bf}]|[.]{2}|[가-힣].*\p{Latin}|\p{Latin}.*[가-힣]') and strlen(n.value) <= 200 as is_name,
        -- Kim Min-su, KIM Minsu
        case when n.is_hangul then false else regexp_full_match(n.value, '[A-Z][a-z]+ [A-Z][a-z]+-[a-z]+|(Kim|Lee|Yi|Park|Choi|Jung|Jeong|Kang|Cho|Yoon|Jang|Lim|Han|Oh|Seo|Shin'
            || '|Kwon|Hwang|Ahn|Song|Yoo|Jeon|Hong|Ko|Moon|Yang|Son|Bae|Baek|Heo|Nam|Noh|Ha|Kwak|Cha|Joo|Min|Ryu) [A-Z][a-z]{1,5}-[A-Z][a-z]{1,5}')
            or regexp_full_match(n.name, '(KIM|LEE|YI|PARK|CHOI|JUNG|JEONG|KANG|CHO|YOON|JANG|LIM|HAN|OH|SEO|SHIN|KWON|HWANG|AHN|SONG|YOO|JEON|HONG|KO|MOON|YANG|SON|BAE|BAEK|NAM|NOH) [A-Z][a-z]{2,}(-?[A-Za-z][a-z]+)?') end as is_korean,
        case when n.is_hangul and n.is_reversed then replace(n.before_comma, ' ', '')
             when n.is_hangul and length(n.value) <= 2 and h.is_given_only then null
             when n.is_hangul then case when length(n.value) >= 3 and left(n.value, 2) in (select surname from clean.surnames) then left(n.value, 2)
                                        when length(n.value) >= 2 and left(n.value, 1) in (select surname from clean.surnames) then left(n.value, 1) end
             when n.is_reversed then right(n.value, length(n.before_comma))
             -- Mr. Smith
             when not contains(n.value, ' ') and regexp_matches(n.trimmed, '(?i)^(mr|mrs|ms|miss|dr|prof|herr|hr|frau|mme)[. ]') then n.value
             else nullif(regexp_extract(n.value,
                 '(?i) ((?:(?:van|von|der|den|de|da|di|del|della|dos|das|du|la|le|el|al|bin|ibn|ten|ter|zu) )*[^ ]+)$', 1), '') end as family
    from clean.name_spellings n
    left join clean.name_habits h on h._source = n._source
),
ruled as (
    select part, _source, raw, text, confidence as text_confidence, case when first_person is not null then first_person else value end as value,
        case when is_name and is_korean then split_part(value, ' ', 1) when is_name and regexp_matches(family, '\pL') then family end as family_name,
        case when not is_name or not regexp_matches(value, '\pL') then null
             when is_korean then split_part(value, ' ', 2) when family is null then value
             when is_hangul then nullif(substr(value, 1 + length(family)), '')
             when family = value then null
             else nullif(regexp_extract(left(value, length(value) - length(family)), '.*\pL.*[^ ]|\pL'), '') end as given_name,
        case when first_person is not null then 'several people in one name' when value is not distinct from raw then null
             when text is null then rule when value is null then 'placeholder word' when alias is not null then 'name in two scripts'
             when is_reversed then 'family name before a comma' when is_swapped then 'family name behind the given name'
             when name not in (text, trimmed) then 'title or remark beside a name' when trimmed <> text then 'stray characters at the edges'
             when value <> name and is_hangul then 'spaces in a Hangul name' when value <> name then 'upper or lower case throughout'
             else rule end as rule
    from parted
)
select part, _source, raw, value, given_name, family_name, rule,
    cast(case when text is null then text_confidence when rule = 'several people in one name' then .5 when rule in ('placeholder word', 'name in two scripts') then .95
         when rule = 'family name behind the given name' then .93
         when rule in ('family name before a comma', 'title or remark beside a name', 'stray characters at the edges', 'upper or lower case throughout') then .97
         when rule = 'spaces in a Hangul name' then .99 else text_confidence end as double) as confidence
from ruled
where part = 'full' or value is distinct from raw
