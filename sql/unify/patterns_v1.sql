-- Count the pairs that compare alike: all that training needs to see.
--
-- grain    one row per population and combination of levels
-- renewed  when learning
-- returns  n_pairs
select population, given_level, family_level, email_level, phone_level, birth_level, place_level, address_level, company_level,
  text_1_level, text_2_level, text_3_level, code_1_level, code_2_level, code_3_level, code_4_level, number_1_level, number_2_level,
  count(*) as n_pairs
from unify.comparisons
group by population, given_level, family_level, email_level, phone_level, birth_level, place_level, address_level, company_level,
  text_1_level, text_2_level, text_3_level, code_1_level, code_2_level, code_3_level, code_4_level, number_1_level, number_2_level
