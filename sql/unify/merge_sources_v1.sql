-- Count the customers that every two sources have in common after merging.
--
-- grain    one row per source and other, the source itself included
-- returns  n_customers (known to both; of the source itself: all of its customers), share (of the customers of source, 0 to 1)
with known as (
  select distinct m.customer_id, r._source as source
  from unify.members as m
  join unify.records as r on r.contact_id = m.contact_id
),
sizes as (
  select source, count(*) as n from known group by source
),
together as (
  select l.source, r.source as other, count(*) as n_customers
  from known as l
  join known as r on r.customer_id = l.customer_id
  group by l.source, r.source
)
select l.source, r.source as other, coalesce(t.n_customers, 0) as n_customers,
  round(cast(coalesce(t.n_customers, 0) as double) / nullif(cast(l.n as double), 0), 6) as share
from sizes as l
cross join sizes as r
left join together as t on t.source = l.source and t.other = r.source
