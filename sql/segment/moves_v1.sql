-- Count who moved from which segment to which since the run before, or since any earlier day.
--
-- grain    one row per scheme, from_segment and to_segment; null is being in none: not yet, or no longer, a customer of the scheme
-- param    as_of        date          the day of this run
-- param    moved_since  date = null   the day to compare with; null is that of the run before, another one is rounded down to a run's
-- returns  scheme, from_segment, to_segment, n_customers, share_from (of the customers of from_segment then, 0 to 1; null when that
--          is null), revenue (net, up to now, of these customers), from_day, to_day. No rows where there was no run before, or for
--          a scheme that it did not have
with days as (
  select max(day) as from_day, cast($as_of as date) as to_day
  from segment.days
  where day < $as_of and (day <= $moved_since or cast($moved_since as date) is null)
),
before as (
  select h.customer_id, h.scheme, h.segment
  from segment.history as h
  inner join days as d on h.since <= d.from_day and (h.until > d.from_day or h.until is null)
),
known as (
  select distinct scheme from before
),
now as (
  select m.customer_id, m.scheme, m.segment
  from segment.members as m
  inner join known as k on k.scheme = m.scheme
),
moved as (
  select coalesce(b.scheme, n.scheme) as scheme, b.segment as from_segment, n.segment as to_segment,
    count(*) as n_customers, sum(r.monetary) as revenue
  from before as b
  full join now as n on n.customer_id = b.customer_id and n.scheme = b.scheme
  left join segment.rfm as r on r.customer_id = coalesce(n.customer_id, b.customer_id)
  group by coalesce(b.scheme, n.scheme), b.segment, n.segment
)
select m.scheme, m.from_segment, m.to_segment, m.n_customers,
  case when m.from_segment is not null then round(cast(m.n_customers as double)
    / nullif(cast(sum(m.n_customers) over (partition by m.scheme, m.from_segment) as double), 0), 6) end as share_from,
  cast(coalesce(m.revenue, 0) as decimal(18, 4)) as revenue, d.from_day, d.to_day
from moved as m
cross join days as d
