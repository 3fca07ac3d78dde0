-- Score every customer as the R package rfm does.
--
-- grain    one row per customer_id of segment.rfm
-- param    bins   integer from 1 to 100 = 5   scores from 1 (worst) to bins (best)
-- returns  recency_days, frequency, monetary, first_order_at, last_order_at as in segment.rfm; r, f, m;
--          rfm (text, '543'; '12-3-10' when bins > 9), score (r + f + m)
-- source   Hebbali, rfm: Recency, Frequency and Monetary Value Analysis (R package)

-- Values are those of segment.rfm; a score counts the cuts of segment.rfm_r_cuts that a value reaches
-- (half-open: a value equal to a cut is above it). Recency is turned round, so that 1 is worst throughout.
with passed as (
  select
    customers.customer_id,
    sum(case when cuts.value_name = 'recency_days' and customers.recency_days >= cuts.threshold then 1 else 0 end) as n_r,
    sum(case when cuts.value_name = 'frequency' and customers.frequency >= cuts.threshold then 1 else 0 end) as n_f,
    sum(case
      when cuts.value_name = 'monetary' and cast(customers.monetary as double) >= cuts.threshold then 1 else 0
    end) as n_m
  from segment.rfm as customers
  cross join segment.rfm_r_cuts as cuts
  group by customers.customer_id
),
scored as (
  select
    customers.customer_id, customers.recency_days, customers.frequency, customers.monetary,
    customers.first_order_at, customers.last_order_at,
    cast(greatest($bins, 1) - coalesce(passed.n_r, 0) as integer) as r,
    cast(1 + coalesce(passed.n_f, 0) as integer) as f,
    cast(1 + coalesce(passed.n_m, 0) as integer) as m
  from segment.rfm as customers
  left join passed on passed.customer_id = customers.customer_id
)
select
  *,
  case
    when $bins <= 9 then cast(r as varchar) || cast(f as varchar) || cast(m as varchar)
    else cast(r as varchar) || '-' || cast(f as varchar) || '-' || cast(m as varchar)
  end as rfm,
  r + f + m as score
from scored
