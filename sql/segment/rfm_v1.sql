-- Score every customer on recency, frequency and monetary value.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- param    as_of  date          the day that recency counts back from
-- param    bins   integer from 1 to 100 = 5   scores from 1 (worst) to bins (best)
-- param    r_weight  double from 0 = 1  weight of r in weighted_score, 0 or more
-- param    f_weight  double from 0 = 1  the same of f
-- param    m_weight  double from 0 = 1  the same of m
-- returns  recency_days (from the day of the last purchase to as_of), frequency (purchases), monetary (net, in
--          the currency of segment.currencies; below zero when refunds are larger), first_order_at,
--          last_order_at, r, f, m, rfm (text, '543'; '12-3-10' when bins > 9), score (r + f + m),
--          weighted_score (weighted mean of r, f and m, so from 1 to bins; null when no weight is above 0)
-- source   Hughes, Strategic Database Marketing (1994)

-- A score of k says: at least (k - 1) / bins of all customers are strictly worse. Equal values get equal
-- scores, so ties never fall apart by chance: when all customers ordered once, all have f = 1.
-- What a purchase is says segment.orders. Refunds lower monetary, they are neither counted in frequency nor in recency.
with customers as (
  select
    customer_id,
    date_diff('day', cast(max(case when is_purchase then ordered_at end) as date), $as_of) as recency_days,
    count(distinct case when is_purchase then order_id end) as frequency,
    cast(coalesce(sum(amount), 0) as decimal(18, 4)) as monetary,
    min(case when is_purchase then ordered_at end) as first_order_at,
    max(case when is_purchase then ordered_at end) as last_order_at
  from segment.orders
  where customer_id is not null
  group by customer_id
  having count(case when is_purchase then 1 end) > 0
),
ranked as (
  select
    *,
    count(*) over () as n_customers,
    rank() over (order by recency_days desc) - 1 as n_less_recent,
    rank() over (order by frequency) - 1 as n_less_frequent,
    rank() over (order by monetary) - 1 as n_less_monetary
  from customers
),
scored as (
  select
    customer_id, recency_days, frequency, monetary, first_order_at, last_order_at,
    cast(1 + n_less_recent * greatest($bins, 1) // nullif(n_customers, 0) as integer) as r,
    cast(1 + n_less_frequent * greatest($bins, 1) // nullif(n_customers, 0) as integer) as f,
    cast(1 + n_less_monetary * greatest($bins, 1) // nullif(n_customers, 0) as integer) as m
  from ranked
)
select
  *,
  case
    when $bins <= 9 then cast(r as varchar) || cast(f as varchar) || cast(m as varchar)
    else cast(r as varchar) || '-' || cast(f as varchar) || '-' || cast(m as varchar)
  end as rfm,
  r + f + m as score,
  round(
    (greatest($r_weight, 0) * r + greatest($f_weight, 0) * f + greatest($m_weight, 0) * m)
    / nullif(greatest($r_weight, 0) + greatest($f_weight, 0) + greatest($m_weight, 0), 0), 4
  ) as weighted_score
from scored
