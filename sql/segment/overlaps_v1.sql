-- Count the customers that any two segments of different schemes share.
--
-- grain    one row per scheme, segment, other_scheme and other_segment with a customer in both; each pair stands both ways
-- returns  n_both, n_customers (of segment), n_other (of other_segment), share (of segment that is in the other, 0 to 1), lift (how
--          many times more than if the two had nothing to do with each other)
with sizes as (
  select scheme, segment, count(*) as n_customers from segment.members group by scheme, segment
),
shared as (
  select a.scheme, a.segment, b.scheme as other_scheme, b.segment as other_segment, count(*) as n_both
  from segment.members as a
  join segment.members as b on b.customer_id = a.customer_id and b.scheme <> a.scheme
  group by a.scheme, a.segment, b.scheme, b.segment
)
select s.scheme, s.segment, s.other_scheme, s.other_segment, s.n_both, l.n_customers, r.n_customers as n_other,
  round(cast(s.n_both as double) / nullif(l.n_customers, 0), 6) as share,
  round(cast(s.n_both as double) * (select count(*) from unify.customers) / nullif(cast(l.n_customers as double) * r.n_customers, 0), 4) as lift
from shared as s
join sizes as l on l.scheme = s.scheme and l.segment = s.segment
join sizes as r on r.scheme = s.other_scheme and r.segment = s.other_segment
