-- Take the names that are written in one piece apart into words.
--
-- grain    one row per distinct name (name_text)
-- returns  name_text (full, given and family name joined by a unit separator), full_name, given_name, family_name, text (small letters,
--          without titles), words (of text, in order), joined (without blanks)
with names as (
  select distinct
    coalesce(full_name, '') || chr(31) || coalesce(given_name, '') || chr(31) || coalesce(family_name, '') as name_text,
    full_name, given_name, family_name
  from unify.persons
  where full_name is not null or given_name is not null or family_name is not null
),
tidied as (
  -- titles and forms of address are not part of a name; inside a token hyphens and apostrophes join
  select *,
    trim(regexp_replace(regexp_replace(lower(coalesce(full_name, '')),
      '^(mr|mrs|ms|miss|dr|prof|herr|frau|mme)[.]? +|,? +(jr|sr|ii|iii)[.]?$|님$| +씨$', '', 'g'),
      '[^\p{L}\p{N}\p{So}, ]+', '', 'g')) as text
  from names
)
select *,
  list_filter(string_split(replace(text, ',', ' '), ' '), lambda w: w <> '') as words,
  replace(text, ' ', '') as joined
from tidied
