-- Set names of persons right and part full names: titles, order, case, spaces in Hangul.
--
-- grain    one row per part (full, given, family), source and text: of full names every one, of the others those that change
-- returns  part, _source, raw, value, given_name and family_name (of full names), rule (NULL: stays as it is)
with parted as (
    select n.*, n.part = 'full' and not regexp_matches(n.value, '[0-9@(),;]') and strlen(n.value) <= 200 as is_name,
        regexp_full_match(n.value, '[A-Z][a-z]+ [A-Z][a-z]+-[a-z]+|(Kim|Lee|Yi|Park|Choi|Jung|Jeong|Kang|Cho|Yoon|Jang|Lim|Han|Oh|Seo|Shin'
            || '|Kwon|Hwang|Ahn|Song|Yoo|Jeon|Hong|Ko|Moon|Yang|Son|Bae|Baek|Heo|Nam|Noh|Ha|Kwak|Cha|Joo|Min|Ryu) [A-Z][a-z]{1,5}-[A-Z][a-z]{1,5}') as is_korean,
        case when n.is_hangul and n.is_reversed then replace(n.before_comma, ' ', '')
             when n.is_hangul and length(n.value) <= 2 and h.is_given_only then null
             when n.is_hangul then case when length(n.value) >= 3 and left(n.value, 2) in (select surname from clean.surnames) then left(n.value, 2)
                                        when length(n.value) >= 2 and left(n.value, 1) in (select surname from clean.surnames) then left(n.value, 1) end
             when n.is_reversed then right(n.value, length(n.before_comma))
             else nullif(regexp_extract(n.value,
                 '(?i) ((?:(?:van|von|der|den|de|da|di|del|della|dos|das|du|la|le|el|al|bin|ibn|ten|ter|zu) )*[^ ]+)$', 1), '') end as family
    from clean.name_spellings n
    left join clean.name_habits h on h._source = n._source
)
select part, _source, raw, value,
    case when is_name and is_korean then split_part(value, ' ', 1) when is_name and regexp_matches(family, '\pL') then family end as family_name,
    case when not is_name or not regexp_matches(value, '\pL') then null
         when is_korean then split_part(value, ' ', 2) when family is null then value
         when is_hangul then nullif(substr(value, 1 + length(family)), '')
         else nullif(regexp_extract(left(value, length(value) - length(family)), '.*\pL.*[^ ]|\pL'), '') end as given_name,
    case when value is not distinct from raw then null when text is null then rule when value is null then 'placeholder word'
         when is_reversed then 'family name before a comma' when is_swapped then 'family name behind the given name' when name <> text then 'title or remark beside a name'
         when value <> name and is_hangul then 'spaces in a Hangul name' when value <> name then 'upper or lower case throughout'
         else rule end as rule
from parted
where part = 'full' or value is distinct from raw
