-- Count the customers of the same history, today and before the days held out: all that the chances of buying nothing need.
--
-- grain    one row per period (today, holdout), repeat_purchases, last_repeat_days and observed_days
-- returns  n_customers, n_quiet (bought nothing in the days held out; null today)
select
  period, repeat_purchases, last_repeat_days, observed_days,
  count(*) as n_customers,
  case when period = 'holdout' then count(case when n_later = 0 then 1 end) end as n_quiet
from measure.churn_histories
group by period, repeat_purchases, last_repeat_days, observed_days
