-- Sum up every segment of every scheme that covers all: how many customers, how much they bought, how long ago.
--
-- grain    one row per scheme and segment
-- returns  place (order to show them in, from 1), n_customers, share_customers (of the scheme, 0 to 1),
--          n_orders, revenue (net, in the currency of segment.currencies), share_revenue (of the scheme; null
--          when its revenue is not above 0), mean_recency_days (null without purchases), advice (or null), is_defined (false for a
--          segment that neither segment.names nor segment.rfm_bounds knows)

-- Segments that are defined and have nobody are shown with 0; those made for the project stand in segment.own_summary.
with schemes as (
  select scheme from segment.schemes where not is_own
),
named as (
  select 'rfm' as scheme, segment, min(priority) as priority, arg_min(advice, (priority, advice)) as advice
  from segment.rfm_bounds
  group by segment
  union all
  select scheme, segment, min(priority) as priority, min(advice) as advice
  from segment.names
  where scheme <> 'rfm' or segment is null or segment not in (select segment from segment.rfm_bounds)
  group by scheme, segment
),
defined as (
  select named.* from named inner join schemes on schemes.scheme = named.scheme
),
counted as (
  select
    members.scheme, members.segment,
    count(*) as n_customers,
    sum(rfm.frequency) as n_orders,
    sum(rfm.monetary) as revenue,
    cast(sum(rfm.recency_days) as double) / nullif(count(rfm.recency_days), 0) as mean_recency_days
  from segment.members as members
  inner join schemes on schemes.scheme = members.scheme
  left join segment.rfm as rfm on rfm.customer_id = members.customer_id
  group by members.scheme, members.segment
),
joined as (
  select
    coalesce(counted.scheme, defined.scheme) as scheme,
    coalesce(counted.segment, defined.segment) as segment,
    coalesce(defined.priority, others.priority, 900) as priority,
    coalesce(counted.n_customers, 0) as n_customers,
    cast(coalesce(counted.n_orders, 0) as bigint) as n_orders,
    cast(coalesce(counted.revenue, 0) as decimal(18, 4)) as revenue,
    counted.mean_recency_days,
    coalesce(defined.advice, others.advice) as advice,
    defined.scheme is not null or others.scheme is not null as is_defined
  from (select * from defined where segment is not null) as defined
  full join counted on counted.scheme = defined.scheme and counted.segment = defined.segment
  left join defined as others
    on others.segment is null and others.scheme = counted.scheme and defined.scheme is null
),
totalled as (
  select
    *,
    sum(n_customers) over (partition by scheme) as all_customers,
    sum(revenue) over (partition by scheme) as all_revenue
  from joined
)
select
  scheme, segment,
  cast(row_number() over (partition by scheme order by priority, n_customers desc, segment) as integer) as place,
  n_customers,
  cast(n_customers as double) / nullif(cast(all_customers as double), 0) as share_customers,
  n_orders, revenue,
  case when all_revenue > 0 then cast(revenue as double) / nullif(cast(all_revenue as double), 0) end as share_revenue,
  mean_recency_days, advice, is_defined
from totalled
