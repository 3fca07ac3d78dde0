-- Set what was known of each customer before the holdout period beside what they bought in it.
--
-- grain    one row per customer_id whose first purchase is before the holdout period
-- param    as_of             date           last day of the holdout period
-- param    clv_holdout_days  integer from 0 = 90   days of the holdout period
-- returns  repeat_purchases, last_repeat_days and observed_days as in measure.clv_customers, on the day before the
--          period began; n_holdout (days with a purchase in the period)
with cut as (
  select cast($as_of - greatest($clv_holdout_days, 0) as date) as known_until
),
customers as (
  select
    days.customer_id,
    cut.known_until,
    min(days.purchased_on) as first_purchase_on,
    max(case when days.purchased_on <= cut.known_until then days.purchased_on end) as last_purchase_on,
    count(case when days.purchased_on <= cut.known_until then 1 end) - 1 as repeat_purchases,
    count(case when days.purchased_on > cut.known_until then 1 end) as n_holdout
  from measure.clv_days as days
  cross join cut
  where days.purchased_on <= $as_of
  group by days.customer_id, cut.known_until
)
select
  customer_id,
  repeat_purchases,
  date_diff('day', first_purchase_on, last_purchase_on) as last_repeat_days,
  date_diff('day', first_purchase_on, known_until) as observed_days,
  n_holdout
from customers
where first_purchase_on <= known_until and $clv_holdout_days > 0
