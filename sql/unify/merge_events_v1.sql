-- Count what happened beside the weighing: what was kept apart and why, what people decided, what became of ids in this run.
--
-- grain    one row per what and reason
-- returns  what: cut (merged by weight, not followed), decided (by people), doubt (left to people), id (what became of customer ids);
--          reason (of ids: new, merged, split, gone, returned), n (pairs; of doubts pairs of customers; of ids: ids), n_customers (concerned)
with cuts as (
  select distinct c.left_id, c.right_id, c.reason, l.customer_id as left_customer, r.customer_id as right_customer
  from unify.cuts as c
  join unify.members as l on l.contact_id = c.left_id
  join unify.members as r on r.contact_id = c.right_id
),
decided as (
  select distinct d.left_id, d.right_id, d.decision, l.customer_id as left_customer, r.customer_id as right_customer
  from unify.decided as d
  join unify.members as l on l.contact_id = d.left_id
  join unify.members as r on r.contact_id = d.right_id
),
concerned as (
  select 'cut' as what, reason, left_customer as customer_id, 1 as n from cuts
  union all
  select 'cut', reason, right_customer, 0 from cuts
  union all
  select 'decided', decision, left_customer, 1 from decided
  union all
  select 'decided', decision, right_customer, 0 from decided
  union all
  select 'doubt', doubt, customer_id, 1 from unify.doubts
  union all
  select 'doubt', doubt, other_id, 0 from unify.doubts
  union all
  select 'id', e.event, e.customer_id, 1
  from unify.id_events as e
  join unify.id_run as r on r.run_id = e.run_id
)
select what, reason, cast(sum(n) as bigint) as n, count(distinct customer_id) as n_customers
from concerned
group by what, reason
