-- Count the customers that any two segments of different schemes share.
--
-- grain    one row per scheme, segment, other_scheme and other_segment with a customer in both; each pair stands both ways
-- returns  n_both, n_customers (of segment), n_other (of other_segment), share (of segment that is in the other, 0 to 1), lift (how
--          many times more than if the two had nothing to do with each other)

-- Segments are numbered and each pair is counted one way only: with a dozen schemes every customer is in more than a hundred pairs.
with sizes as (
  select scheme, segment, count(*) as n_customers, cast(row_number() over (order by scheme, segment) as integer) as code
  from segment.members
  group by scheme, segment
),
codes as (
  select members.customer_id, sizes.code, members.scheme
  from segment.members as members
  inner join sizes on sizes.scheme = members.scheme and sizes.segment = members.segment
),
counted as (
  select a.code, b.code as other_code, count(*) as n_both
  from codes as a
  inner join codes as b on b.customer_id = a.customer_id and b.code > a.code and b.scheme <> a.scheme
  group by a.code, b.code
),
shared as (
  select code, other_code, n_both from counted
  union all
  select other_code as code, code as other_code, n_both from counted
)
select s.scheme, s.segment, o.scheme as other_scheme, o.segment as other_segment, shared.n_both, s.n_customers, o.n_customers as n_other,
  round(cast(shared.n_both as double) / nullif(s.n_customers, 0), 6) as share,
  round(cast(shared.n_both as double) * (select count(*) from unify.customers) / nullif(cast(s.n_customers as double) * o.n_customers, 0), 4) as lift
from shared
inner join sizes as s on s.code = shared.code
inner join sizes as o on o.code = shared.other_code
