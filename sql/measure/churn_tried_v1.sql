-- Set the chance of buying nothing, as it was told before the days held out, beside what came.
--
-- grain    one row per method (a model of purchases, overdue bands) and customer_id known before the days held out
-- returns  churn_probability (0 to 1), is_quiet (nothing was bought in the days held out)

-- Bands are tried on the half of customers that they were not learnt from; a model sees no day held out at all.
select
  points.method, histories.customer_id, points.churn_probability, histories.n_later = 0 as is_quiet
from measure.churn_histories as histories
inner join measure.churn_points as points
  on points.period = 'holdout'
  and points.repeat_purchases = histories.repeat_purchases
  and points.last_repeat_days = histories.last_repeat_days
  and points.observed_days = histories.observed_days
where histories.period = 'holdout'
union all
select
  'overdue bands' as method, histories.customer_id, bands.share_quiet as churn_probability, histories.n_later = 0 as is_quiet
from measure.churn_histories as histories
inner join measure.churn_bands as bands
  on bands.learnt_from = 3 - histories.half
  and bands.purchases_band = histories.purchases_band
  and bands.overdue_band = histories.overdue_band
where histories.period = 'holdout' and bands.share_quiet is not null
