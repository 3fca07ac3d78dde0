-- Count how often a word opens and closes a name, here and in the columns that say which is which.
--
-- grain    one row per word
-- renewed  when learning
-- returns  n_given (it opens a name, or is a given name, which counts three times), n_family (it closes one, or is a family name)
select word, sum(n_given) as n_given, sum(n_family) as n_family
from (
  select words[1] as word, 1 as n_given, 0 as n_family from unify.name_tokens where len(words) > 1
  union all select words[len(words)], 0, 1 from unify.name_tokens where len(words) > 1
  union all select lower(given_name), 3, 0 from unify.name_tokens where given_name is not null and family_name is not null
  union all select lower(family_name), 0, 3 from unify.name_tokens where given_name is not null and family_name is not null)
group by word
