-- Describe the clusters of behaviour in the figures that people know.
--
-- grain    one row per cluster that somebody is in
-- returns  segment, n_customers, share_customers (of buyers, 0 to 1), median_recency_days, median_frequency, median_monetary, share_revenue
--          (of all revenue; null when that is not above 0), top_category (of most net spend), share_top (of the cluster's spend in
--          categories above zero), mean_distance (to the centre, in standard deviations: lower is tighter)
with members as (
  select behaviour.customer_id, behaviour.cluster, behaviour.segment, behaviour.distance, rfm.recency_days, rfm.frequency, rfm.monetary
  from segment.behaviour as behaviour
  inner join segment.rfm as rfm on rfm.customer_id = behaviour.customer_id
  where behaviour.cluster is not null
),
counted as (
  select
    cluster, min(segment) as segment, count(*) as n_customers,
    median(recency_days) as median_recency_days,
    median(frequency) as median_frequency,
    cast(median(monetary) as decimal(18, 2)) as median_monetary,
    sum(monetary) as revenue,
    round(cast(sum(cast(distance as decimal(18, 6))) as double) / nullif(count(*), 0), 6) as mean_distance
  from members
  group by cluster
),
shelves as (
  select members.cluster, spends.category, sum(spends.spend) as spend
  from members
  inner join segment.spends as spends on spends.customer_id = members.customer_id and spends.spend > 0
  group by members.cluster, spends.category
),
tops as (
  select
    cluster, category,
    cast(spend as double) / nullif(cast(sum(spend) over (partition by cluster) as double), 0) as share_top,
    row_number() over (partition by cluster order by spend desc, category) as place
  from shelves
)
select
  counted.cluster, counted.segment, counted.n_customers,
  cast(counted.n_customers as double) / nullif(sum(counted.n_customers) over (), 0) as share_customers,
  counted.median_recency_days, counted.median_frequency, counted.median_monetary,
  case when sum(counted.revenue) over () > 0
    then cast(counted.revenue as double) / nullif(cast(sum(counted.revenue) over () as double), 0) end as share_revenue,
  tops.category as top_category, tops.share_top, counted.mean_distance
from counted
left join tops on tops.cluster = counted.cluster and tops.place = 1
