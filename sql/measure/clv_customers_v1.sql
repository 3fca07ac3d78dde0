-- Say of every customer what models of customer value look at: how often, how recently, how long known, how much.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- param    as_of    date   orders after this day are not seen
-- returns  first_purchase_on, repeat_purchases (x: days with a purchase after the first such day),
--          last_repeat_days (t_x: days from the first purchase to the last, 0 without a repeat purchase),
--          observed_days (T: days from the first purchase to as_of), n_spends (repeat purchases of a known amount),
--          mean_repeat_spend (net, of these; null when n_spends is 0), mean_spend (of all purchases; null when no
--          amount is known)
-- source   Fader, Hardie and Lee, Counting your customers the easy way (2005)

-- last_repeat_days counts forward from the first purchase and is what these models call recency; recency_days of
-- segment.rfm counts back from as_of. Both fit together: recency_days = observed_days - last_repeat_days.
with days as (
  select
    customer_id, purchased_on, spend,
    min(purchased_on) over (partition by customer_id) as first_purchase_on
  from measure.clv_days
  where purchased_on <= $as_of
),
customers as (
  select
    customer_id,
    first_purchase_on,
    max(purchased_on) as last_purchase_on,
    count(*) - 1 as repeat_purchases,
    count(case when purchased_on > first_purchase_on then spend end) as n_spends,
    sum(case when purchased_on > first_purchase_on then spend end) as repeat_spend,
    count(spend) as n_all_spends,
    sum(spend) as all_spend
  from days
  group by customer_id, first_purchase_on
)
select
  customer_id,
  first_purchase_on,
  repeat_purchases,
  date_diff('day', first_purchase_on, last_purchase_on) as last_repeat_days,
  date_diff('day', first_purchase_on, $as_of) as observed_days,
  n_spends,
  cast(cast(repeat_spend as double) / nullif(cast(n_spends as double), 0) as decimal(18, 4)) as mean_repeat_spend,
  cast(cast(all_spend as double) / nullif(cast(n_all_spends as double), 0) as decimal(18, 4)) as mean_spend
from customers
