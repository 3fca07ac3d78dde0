-- Sum up every segment of every scheme that covers all: how many customers, how much they bought, how long ago.
--
-- grain    one row per scheme and segment
-- returns  place (order to show them in, from 1), n_customers, share_customers (of the scheme, 0 to 1),
--          n_orders, revenue (net, in the currency of segment.currencies), share_revenue (of the scheme; null
--          when its revenue is not above 0), mean_recency_days (null without purchases), advice (or null)

-- Segments that are defined and have nobody are shown with 0; those made for the project stand in segment.own_summary.
with defined as (
  select 'rfm' as scheme, segment, priority, advice from segment.rfm_bounds
  union all
  select 'rfm' as scheme, segment, priority, advice
  from (values ('Others', 1000, 'Scores between the segments: look at them before you write.'))
    as others (segment, priority, advice)
  union all
  select 'lifecycle' as scheme, segment, priority, advice
  from (
    values
      ('new', 1, 'Welcome them.'), ('active', 2, 'Keep in touch.'), ('cooling', 3, 'Give a reason to come back.'),
      ('dormant', 4, 'Wake them with an offer.'), ('lost', 5, 'One last try, then rest.'),
      ('never bought', 6, 'Bring them to a first purchase.')
  ) as stages (segment, priority, advice)
),
counted as (
  select
    members.scheme, members.segment,
    count(*) as n_customers,
    sum(rfm.frequency) as n_orders,
    sum(rfm.monetary) as revenue,
    cast(sum(rfm.recency_days) as double) / nullif(count(rfm.recency_days), 0) as mean_recency_days
  from segment.members as members
  left join segment.rfm as rfm on rfm.customer_id = members.customer_id
  where members.scheme in (select scheme from segment.schemes where not is_own)
  group by members.scheme, members.segment
),
joined as (
  select
    coalesce(counted.scheme, defined.scheme) as scheme,
    coalesce(counted.segment, defined.segment) as segment,
    coalesce(defined.priority, 999) as priority,
    coalesce(counted.n_customers, 0) as n_customers,
    cast(coalesce(counted.n_orders, 0) as bigint) as n_orders,
    cast(coalesce(counted.revenue, 0) as decimal(18, 4)) as revenue,
    counted.mean_recency_days, defined.advice
  from defined
  full join counted on counted.scheme = defined.scheme and counted.segment = defined.segment
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
  cast(row_number() over (partition by scheme order by priority, segment) as integer) as place,
  n_customers,
  cast(n_customers as double) / nullif(cast(all_customers as double), 0) as share_customers,
  n_orders, revenue,
  case when all_revenue > 0 then cast(revenue as double) / nullif(cast(all_revenue as double), 0) end as share_revenue,
  mean_recency_days, advice
from totalled
