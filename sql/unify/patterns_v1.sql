-- Count the pairs that compare alike: all that training needs to see.
--
-- grain    one row per population and combination of levels
-- returns  n_pairs
select population, given_level, family_level, email_level, phone_level, birth_level, place_level, address_level, company_level,
  count(*) as n_pairs
from unify.comparisons
group by population, given_level, family_level, email_level, phone_level, birth_level, place_level, address_level, company_level
