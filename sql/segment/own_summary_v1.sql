-- Sum up the segments that were made for this project, beside all customers.
--
-- grain    one row per segment of segment.schemes that is_own, those that nobody fits too
-- returns  scheme (its template), segment (its label), meaning, n_customers, share_customers (of all customers, 0 to 1), n_orders,
--          revenue (net, in the currency of segment.currencies), share_revenue (of all revenue; null when that is not above 0),
--          index_revenue (revenue a customer, all customers are 100), mean_recency_days (null without purchases)
with totals as (
  select count(*) as n_customers, (select sum(monetary) from segment.rfm) as revenue from unify.customers
),
counted as (
  select o.scheme, count(*) as n_customers, sum(r.frequency) as n_orders, sum(r.monetary) as revenue,
    cast(sum(r.recency_days) as double) / nullif(count(r.recency_days), 0) as mean_recency_days
  from segment.members as o
  join segment.schemes as s on s.scheme = o.scheme and s.is_own
  left join segment.rfm as r on r.customer_id = o.customer_id
  group by o.scheme
)
select n.scheme, n.label as segment, n.meaning,
  coalesce(c.n_customers, 0) as n_customers,
  cast(coalesce(c.n_customers, 0) as double) / nullif(cast(t.n_customers as double), 0) as share_customers,
  cast(coalesce(c.n_orders, 0) as bigint) as n_orders,
  cast(coalesce(c.revenue, 0) as decimal(18, 4)) as revenue,
  case when t.revenue > 0 then cast(coalesce(c.revenue, 0) as double) / nullif(cast(t.revenue as double), 0) end as share_revenue,
  case when t.revenue > 0 then round(100 * (cast(c.revenue as double) / nullif(c.n_customers, 0))
    / nullif(cast(t.revenue as double) / nullif(t.n_customers, 0), 0), 1) end as index_revenue,
  c.mean_recency_days
from segment.schemes as n
cross join totals as t
left join counted as c on c.scheme = n.scheme
where n.is_own
