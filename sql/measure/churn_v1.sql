-- Tell of every customer how likely they buy nothing in the next days, and what is lost if so.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- returns  churn_probability (of no purchase in the next churn_days; null when neither a model holds nor days could be held out),
--          churn_method (a model of purchases, overdue bands), churn_days, n_purchases (days with one), days_since_last,
--          usual_gap_days, overdue_ratio, has_own_rhythm and is_overdue as in measure.rhythm, expected_spend (a purchase, net, in
--          the currency of segment.currencies), value_at_risk (the chance times what churn_days bring at the usual gap, in the
--          same currency; 0 for who bought once: no rhythm is known to be lost; null without a chance or an amount),
--          is_worth_a_call (overdue by their own rhythm, something at risk, and a chance below call_below), place (1 has most at risk)
with joined as (
  select
    rhythm.*,
    coalesce(points.churn_probability, bands.share_quiet) as churn_probability,
    coalesce(points.method, case when bands.share_quiet is not null then 'overdue bands' end) as churn_method,
    value.expected_spend, settings.churn_days, settings.call_below
  from measure.churn_histories as today
  inner join measure.rhythm as rhythm on rhythm.customer_id = today.customer_id
  cross join measure.churn_settings as settings
  left join measure.churn_points as points
    on points.period = 'today'
    and points.repeat_purchases = today.repeat_purchases
    and points.last_repeat_days = today.last_repeat_days
    and points.observed_days = today.observed_days
  left join measure.churn_bands as bands
    on bands.learnt_from = 0
    and bands.purchases_band = today.purchases_band
    and bands.overdue_band = today.overdue_band
  left join measure.clv as value on value.customer_id = today.customer_id
  where today.period = 'today'
),
valued as (
  select
    *,
    cast(case
      when n_gaps = 0 and churn_probability is not null and expected_spend is not null then 0
      else churn_probability * cast(expected_spend as double) * churn_days / nullif(usual_gap_days, 0)
    end as decimal(18, 4)) as value_at_risk
  from joined
)
select
  customer_id, churn_probability, churn_method, churn_days,
  n_gaps + 1 as n_purchases,
  days_since_last, usual_gap_days, overdue_ratio, has_own_rhythm, is_overdue, expected_spend, value_at_risk,
  coalesce(is_overdue and has_own_rhythm and value_at_risk > 0 and churn_probability < call_below, false) as is_worth_a_call,
  row_number() over (order by value_at_risk desc nulls last, customer_id) as place
from valued
