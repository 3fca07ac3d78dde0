-- Say of every customer in what rhythm they buy, and whether they are overdue by it.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- returns  n_gaps (between days with a purchase), median_gap_days (of these; null without), usual_gap_days (the own gaps and one of
--          everybody's, averaged; null when nobody bought twice), last_purchase_on, days_since_last, due_on (last purchase and the
--          usual gap), overdue_ratio (usual gaps since the last purchase), has_own_rhythm (two gaps and more), is_overdue (more
--          usual gaps than overdue_after of measure.churn_settings)

-- usual_gap_days is not that of segment.silences, which is the median of own gaps and null below a few: a ranking needs a number
-- for everybody who may be overdue, so few gaps are drawn towards those of all.
with gaps as (
  select
    customer_id,
    date_diff('day', lag(purchased_on) over (partition by customer_id order by purchased_on, customer_id), purchased_on) as gap_days
  from measure.clv_days
  where purchased_on <= (select max(as_of) from measure.churn_settings)
),
medians as (
  select customer_id, median(gap_days) as median_gap_days
  from gaps
  where gap_days is not null
  group by customer_id
)
select
  today.customer_id,
  today.repeat_purchases as n_gaps,
  medians.median_gap_days,
  today.usual_gap_days,
  cast(settings.as_of - to_days(cast(today.observed_days - today.last_repeat_days as integer)) as date) as last_purchase_on,
  today.observed_days - today.last_repeat_days as days_since_last,
  cast(
    settings.as_of + to_days(cast(ceil(today.usual_gap_days) - today.observed_days + today.last_repeat_days as integer)) as date
  ) as due_on,
  today.overdue_ratio,
  today.repeat_purchases >= 2 as has_own_rhythm,
  coalesce(today.overdue_ratio > settings.overdue_after, false) as is_overdue
from measure.churn_histories as today
cross join measure.churn_settings as settings
left join medians on medians.customer_id = today.customer_id
where today.period = 'today'
