-- Decide for every block of records that share a key whether its pairs are compared.
--
-- grain    one row per kind, value and part, blocks of two records and more
-- stored   no, unify.block_sizes holds all of it but the verdict
-- returns  the columns of unify.block_sizes, verdict (used, too large, over budget)
select s.* exclude (is_too_large),
  case
    when s.is_too_large then 'too large'
    when s.n_records > l.n_records or s.n_records = l.n_records and (s.value > l.value or s.value = l.value and s.part >= l.part) then 'over budget'
    else 'used'
  end as verdict
from unify.block_sizes as s
left join unify.block_limits as l on l.kind = s.kind
