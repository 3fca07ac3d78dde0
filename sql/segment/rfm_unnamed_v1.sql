-- List the combinations of scores that no named segment covers, so that nobody is called Others unseen.
--
-- grain    one row per combination of r, f and m (each from 1 to bins) that fits no row of segment.rfm_bounds
-- param    bins   integer from 1 to 100 = 5   scores from 1 (worst) to bins (best)
-- returns  r, f, m, n_customers (0 where nobody has it today)
with digits as (
  select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),
scores as (
  select cast(10 * tens.digit + ones.digit as integer) as score
  from digits as ones
  cross join digits as tens
  where 10 * tens.digit + ones.digit between 1 and greatest($bins, 1)
),
combinations as (
  select a.score as r, b.score as f, c.score as m
  from scores as a
  cross join scores as b
  cross join scores as c
),
named as (
  select r, f, m, count(*) as n from segment.rfm_named group by r, f, m
)
select combinations.r, combinations.f, combinations.m, coalesce(named.n, 0) as n_customers
from combinations
left join named on named.r = combinations.r and named.f = combinations.f and named.m = combinations.m
where not exists (
  select 1
  from segment.rfm_bounds as bounds
  where combinations.r between bounds.r_lo and bounds.r_hi
    and combinations.f between bounds.f_lo and bounds.f_hi
    and combinations.m between bounds.m_lo and bounds.m_hi
)
