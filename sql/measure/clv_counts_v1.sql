-- Count the customers of the same history: all that fitting a model of purchases needs to see.
--
-- grain    one row per period, repeat_purchases, last_repeat_days and observed_days
-- returns  period (all: everything up to as_of; calibration: without the holdout period), n_customers,
--          n_holdout (their purchases in the holdout period; null in period all)
select
  'all' as period, repeat_purchases, last_repeat_days, observed_days,
  count(*) as n_customers, cast(null as bigint) as n_holdout
from measure.clv_customers
group by repeat_purchases, last_repeat_days, observed_days
union all
select
  'calibration' as period, repeat_purchases, last_repeat_days, observed_days,
  count(*) as n_customers, cast(sum(n_holdout) as bigint) as n_holdout
from measure.clv_holdout
group by repeat_purchases, last_repeat_days, observed_days
