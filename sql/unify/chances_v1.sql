-- Estimate how often two different people carry the same e-mail or phone, which a sample of pairs is too small to show.
--
-- grain    one row per column_name (email, phone)
-- renewed  when learning
-- returns  n_values (people with a value), u_same (chance that two different people share it; never 0)
with totals as (
  select column_name,
    sum(n_people) as n_values,
    sum(n_people * (n_people - 1)) as n_shared
  from unify.frequencies
  where column_name in ('email', 'phone')
  group by column_name
)
-- half a pair is added, so that "never seen" is rare and not impossible
select column_name, cast(n_values as bigint) as n_values,
  (cast(n_shared as double) + 0.5) / nullif(cast(n_values as double) * n_values + 1, 0) as u_same
from totals
