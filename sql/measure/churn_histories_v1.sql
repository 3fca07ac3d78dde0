-- Say of every customer how often, how lately and in what rhythm they bought, today and before the days held out.
--
-- grain    one row per period (today: everything up to as_of; holdout: up to known_until of measure.churn_settings) and customer_id
-- returns  repeat_purchases, last_repeat_days and observed_days as in measure.clv_customers, on the last day of the period;
--          n_later (days with a purchase in the days held out; null today), usual_gap_days (days from one purchase to the next),
--          overdue_ratio (usual gaps since the last purchase), purchases_band and overdue_band (what both are counted by), half
--          (1 or 2, by the digest of customer_id)

-- The usual gap is the mean of the customer's own gaps and one more as long as everybody's (the median of the customers' mean gaps).
-- So three purchases on three days are not yet a daily rhythm, one purchase has everybody's, and many purchases speak for themselves.
with histories as (
  select
    'today' as period, customer_id, repeat_purchases, last_repeat_days, observed_days, cast(null as bigint) as n_later
  from measure.clv_customers
  union all
  select
    'holdout' as period,
    days.customer_id,
    count(case when days.purchased_on <= settings.known_until then 1 end) - 1 as repeat_purchases,
    date_diff(
      'day', min(days.purchased_on), max(case when days.purchased_on <= settings.known_until then days.purchased_on end)
    ) as last_repeat_days,
    date_diff('day', min(days.purchased_on), max(settings.known_until)) as observed_days,
    count(case when days.purchased_on > settings.known_until then 1 end) as n_later
  from measure.clv_days as days
  cross join measure.churn_settings as settings
  where days.purchased_on <= settings.as_of
  group by days.customer_id
  having min(days.purchased_on) <= max(settings.known_until)
),
everybody as (
  select period, median(cast(last_repeat_days as double) / nullif(cast(repeat_purchases as double), 0)) as gap_days
  from histories
  where repeat_purchases > 0
  group by period
),
paced as (
  select
    histories.*,
    (histories.last_repeat_days + everybody.gap_days) / nullif(histories.repeat_purchases + 1, 0) as usual_gap_days
  from histories
  left join everybody on everybody.period = histories.period
),
rated as (
  select *, (observed_days - last_repeat_days) / nullif(usual_gap_days, 0) as overdue_ratio
  from paced
)
select
  *,
  case when repeat_purchases = 0 then '1' when repeat_purchases < 3 then '2 to 3' else '4 and more' end as purchases_band,
  case
    when overdue_ratio < 0.5 then 'under 0.5'
    when overdue_ratio < 1 then '0.5 to 1'
    when overdue_ratio < 2 then '1 to 2'
    when overdue_ratio < 3 then '2 to 3'
    when overdue_ratio < 5 then '3 to 5'
    when overdue_ratio >= 5 then '5 and more'
    else 'not known'
  end as overdue_band,
  case when left(md5(customer_id), 1) < '8' then 1 else 2 end as half
from rated
