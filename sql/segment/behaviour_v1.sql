-- Part customers by how they behave: clusters of those who buy alike, how lately, how often, for how much, and what.
--
-- scheme   behaviour Behaviour
-- grain    one row per customer_id of unify.customers
-- returns  segment (the name of the nearest cluster of segment.behaviour_centres, which says what it is like; never bought), cluster
--          (its number, kept from run to run), distance (to its centre, in standard deviations; null without a purchase)
-- source   Lloyd, Least squares quantization in PCM (1982), on k-means

with centres as (
  select
    c.cluster, min(c.segment) as segment,
    max(case when c.feature = 'recency' then c.centre end) as recency, max(case when c.feature = 'recency' then c.weight end) as w_r,
    max(case when c.feature = 'frequency' then c.centre end) as frequency, max(case when c.feature = 'frequency' then c.weight end) as w_f,
    max(case when c.feature = 'monetary' then c.centre end) as monetary, max(case when c.feature = 'monetary' then c.weight end) as w_m,
    coalesce(max(case when g.place = 1 then c.centre end), 0) as category_1,
    coalesce(max(case when g.place = 2 then c.centre end), 0) as category_2,
    coalesce(max(case when g.place = 3 then c.centre end), 0) as category_3,
    coalesce(max(case when g.place = 4 then c.centre end), 0) as category_4,
    coalesce(max(case when g.place = 5 then c.centre end), 0) as category_5,
    coalesce(max(case when g.place = 6 then c.centre end), 0) as category_6,
    coalesce(max(case when c.feature = 'category' then c.weight end), 0) as w_c
  from segment.behaviour_centres as c
  left join segment.behaviour_categories as g on c.feature = 'category' and g.category = c.category
  group by c.cluster
),
distances as (
  select
    f.customer_id, c.cluster, c.segment,
    -- Rounded, so that the last digit of another machine does not decide between two centres.
    round(sqrt(
      power(c.w_r * (f.recency - c.recency), 2) + power(c.w_f * (f.frequency - c.frequency), 2)
      + power(c.w_m * (f.monetary - c.monetary), 2)
      + power(c.w_c * (f.category_1 - c.category_1), 2) + power(c.w_c * (f.category_2 - c.category_2), 2)
      + power(c.w_c * (f.category_3 - c.category_3), 2) + power(c.w_c * (f.category_4 - c.category_4), 2)
      + power(c.w_c * (f.category_5 - c.category_5), 2) + power(c.w_c * (f.category_6 - c.category_6), 2)
    ), 6) as distance
  from segment.behaviour_features as f
  cross join centres as c
),
nearest as (
  select customer_id, min(distance) as distance, arg_min(cluster, (distance, cluster)) as cluster
  from distances
  group by customer_id
)
select
  customers.customer_id,
  coalesce(centres.segment, 'never bought') as segment,
  nearest.cluster, nearest.distance
from unify.customers as customers
left join nearest on nearest.customer_id = customers.customer_id
left join centres on centres.cluster = nearest.cluster
