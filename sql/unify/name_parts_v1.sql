-- Split every name into given name and surname, whatever column it came in and whatever order it was written in.
--
-- grain    one row per distinct name (name_text)
-- returns  name_text (full, given and family name joined by a unit separator), given_text, family_text (null when unknown)
with placed as (
  select t.*,
    regexp_full_match(joined, '[가-힣]{2,5}') as is_hangul,
    -- 김 민수 and 민수 김: the short word is the surname
    regexp_full_match(joined, '[가-힣]{3,5}') and len(words) = 2 and least(length(words[1]), length(words[2])) = 1
      as is_hangul_pair,
    regexp_full_match(joined, '(남궁|황보|제갈|선우|독고|사공|서문|동방)[가-힣]{1,3}') as is_double,
    len(words) > 1 and case
      when first_word.spelling is not null and last_word.spelling is null then true
      when last_word.spelling is not null and first_word.spelling is null then false
      -- Lee Seo Jun: both could be surnames, so the names in which one alone can be decide for all
      when first_word.spelling is not null then h.is_surname_first
      else first_seen.n_family * last_seen.n_given > first_seen.n_given * last_seen.n_family end as is_surname_first
  from unify.name_tokens as t
  cross join unify.name_order as h
  left join unify.surnames as first_word on first_word.spelling = t.words[1]
  left join unify.surnames as last_word on last_word.spelling = t.words[len(t.words)]
  left join unify.name_words as first_seen on first_seen.word = t.words[1]
  left join unify.name_words as last_seen on last_seen.word = t.words[len(t.words)]
),
split as (
  select name_text, given_name, family_name,
    -- a list without surnames: 은서 is no 서 of the house of 은
    family_name is null and coalesce(full_name, given_name) = given_name
      and not regexp_full_match(joined, '[가-힣]{3,5}') as is_given_alone,
    case
      when text = '' then null
      when is_hangul_pair then words[case when length(words[1]) = 1 then 2 else 1 end]
      when is_hangul then substr(joined, case when is_double then 3 else 2 end)
      when len(words) = 1 then words[1]
      when text like '%,%' then trim(replace(substr(text, strpos(text, ',') + 1), ',', ' '))
      when is_surname_first then array_to_string(words[2:], ' ')
      else array_to_string(words[1:len(words) - 1], ' ')
    end as guessed_given,
    case
      when is_hangul_pair then words[case when length(words[1]) = 1 then 1 else 2 end]
      when is_hangul then substr(joined, 1, case when is_double then 2 else 1 end)
      when len(words) < 2 then null
      when text like '%,%' then trim(substr(text, 1, strpos(text, ',') - 1))
      when is_surname_first then words[1]
      else words[len(words)]
    end as guessed_family
  from placed
)
select name_text,
  nullif(trim(case when is_given_alone or given_name is not null and family_name is not null then given_name
    else coalesce(guessed_given, given_name) end), '') as given_text,
  nullif(trim(case when is_given_alone or given_name is not null and family_name is not null then family_name
    else coalesce(guessed_family, family_name) end), '') as family_text
from split
