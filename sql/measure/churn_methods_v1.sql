-- Say how well each way of telling who will buy nothing did on the days held out.
--
-- grain    one row per method that was tried
-- returns  is_used (by measure.churn), n_customers, n_quiet and share_quiet (bought nothing), mean_probability (told), brier (mean
--          squared miss: 0 is perfect), skill (share of the miss that it spares against telling everybody share_quiet: 0 is no
--          better, below 0 is worse; null when all or none bought nothing)
-- source   Brier, Verification of forecasts expressed in terms of probability (1950)
with used as (
  select coalesce(max(method), 'overdue bands') as method from measure.churn_points where period = 'today'
),
counted as (
  select
    method,
    count(*) as n_customers,
    count(case when is_quiet then 1 end) as n_quiet,
    cast(sum(cast(churn_probability as decimal(18, 9))) as double) as total,
    cast(sum(cast(power(churn_probability - case when is_quiet then 1 else 0 end, 2) as decimal(18, 9))) as double) as missed
  from measure.churn_tried
  group by method
),
shares as (
  select
    *,
    cast(n_quiet as double) / nullif(cast(n_customers as double), 0) as share_quiet,
    missed / nullif(cast(n_customers as double), 0) as brier
  from counted
)
select
  shares.method,
  shares.method = used.method as is_used,
  shares.n_customers, shares.n_quiet, shares.share_quiet,
  shares.total / nullif(cast(shares.n_customers as double), 0) as mean_probability,
  shares.brier,
  1 - shares.brier / nullif(shares.share_quiet * (1 - shares.share_quiet), 0) as skill
from shares
cross join used
