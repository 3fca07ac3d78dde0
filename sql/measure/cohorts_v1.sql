-- Follow the customers of each first month or week, all and split: how many buy again, and what they have brought in so far.
--
-- grain    one row per dimension, value, cohort and n_since (at most 1,000 periods)
-- param    as_of          date             the last day that is observed
-- param    cohort_unit    one of month, week = 'month'   by month, or by week from Monday
-- param    cohort_scheme  text = 'rfm'     scheme of segment.members that cohorts are split by
-- returns  dimension (all; channel of the first purchase; segment of the scheme today), value (all, or which), unit, scheme, cohort
--          (first day of the period of the first purchase), n_since (periods since; 0 is that one), n_cohort, n_active (with a
--          purchase in the period), share_active (0 to 1), revenue (net, in the currency of segment.currencies), revenue_so_far (of
--          this and all periods before), revenue_per_customer (so far, a customer of the cohort), is_complete (the period had
--          ended by as_of: only then is it comparable)
with sizes as (
  select 'all' as dimension, 'all' as value, cohort, count(*) as n_cohort from measure.cohort_buyers group by cohort
  union all
  select 'channel', channel, cohort, count(*) from measure.cohort_buyers group by channel, cohort
  union all
  select 'segment', segment, cohort, count(*) from measure.cohort_buyers group by segment, cohort
),
sums as (
  select 'all' as dimension, 'all' as value, cohort, period, sum(n_active) as n_active, sum(revenue) as revenue
  from measure.cohort_sums
  group by cohort, period
  union all
  select 'channel', channel, cohort, period, sum(n_active), sum(revenue)
  from measure.cohort_sums
  group by channel, cohort, period
  union all
  select 'segment', segment, cohort, period, sum(n_active), sum(revenue)
  from measure.cohort_sums
  group by segment, cohort, period
),
digits as (
  select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),
numbers as (
  select 100 * hundreds.digit + 10 * tens.digit + ones.digit as number
  from digits as ones
  cross join digits as tens
  cross join digits as hundreds
),
observed as (
  select
    sizes.*, numbers.number as n_since,
    case
      when $cohort_unit = 'week' then cast(sizes.cohort + to_days(7 * numbers.number) as date)
      else cast(sizes.cohort + to_months(numbers.number) as date)
    end as period
  from sizes
  cross join numbers
)
select
  observed.dimension, observed.value,
  case when $cohort_unit = 'week' then 'week' else 'month' end as unit,
  case when observed.dimension = 'segment' then $cohort_scheme end as scheme,
  observed.cohort, observed.n_since, observed.n_cohort,
  cast(coalesce(sums.n_active, 0) as bigint) as n_active,
  cast(coalesce(sums.n_active, 0) as double) / nullif(cast(observed.n_cohort as double), 0) as share_active,
  cast(coalesce(sums.revenue, 0) as decimal(18, 4)) as revenue,
  cast(sum(coalesce(sums.revenue, 0)) over so_far as decimal(18, 4)) as revenue_so_far,
  cast(
    cast(sum(coalesce(sums.revenue, 0)) over so_far as double) / nullif(cast(observed.n_cohort as double), 0) as decimal(18, 4)
  ) as revenue_per_customer,
  case
    when $cohort_unit = 'week' then cast(observed.period + to_days(6) as date) <= $as_of
    else cast(observed.period + to_months(1) as date) <= $as_of + 1
  end as is_complete
from observed
left join sums
  on sums.dimension = observed.dimension and sums.value = observed.value
  and sums.cohort = observed.cohort and sums.period = observed.period
where observed.period <= $as_of
window so_far as (partition by observed.dimension, observed.value, observed.cohort order by observed.n_since, observed.period)
