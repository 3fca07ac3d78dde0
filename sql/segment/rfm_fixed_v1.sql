-- Score every customer by fixed cut points.
--
-- grain    one row per customer_id of segment.rfm
-- param    bins   integer from 1 to 100 = 5   when above 9, the text separates the scores
-- returns  recency_days, frequency, monetary, first_order_at, last_order_at as in segment.rfm; r, f, m (the highest score whose cut
--          point in segment.rfm_cuts is reached, else 1); rfm (text, '543'), score (r + f + m)

-- Fixed scores can be compared over the years and between shops; quantiles always call a fifth of customers the best.
with scored as (
  select
    customers.customer_id,
    max(case when cuts.value_name = 'recency_days' and customers.recency_days <= cuts.at_most then cuts.score end) as r,
    max(case when cuts.value_name = 'frequency' and customers.frequency >= cuts.at_least then cuts.score end) as f,
    max(case when cuts.value_name = 'monetary' and customers.monetary >= cuts.at_least then cuts.score end) as m
  from segment.rfm as customers
  cross join segment.rfm_cuts as cuts
  group by customers.customer_id
),
joined as (
  select
    customers.customer_id, customers.recency_days, customers.frequency, customers.monetary,
    customers.first_order_at, customers.last_order_at,
    cast(coalesce(scored.r, 1) as integer) as r,
    cast(coalesce(scored.f, 1) as integer) as f,
    cast(coalesce(scored.m, 1) as integer) as m
  from segment.rfm as customers
  left join scored on scored.customer_id = customers.customer_id
)
select
  *,
  case
    when $bins <= 9 then cast(r as varchar) || cast(f as varchar) || cast(m as varchar)
    else cast(r as varchar) || '-' || cast(f as varchar) || '-' || cast(m as varchar)
  end as rfm,
  r + f + m as score
from joined
