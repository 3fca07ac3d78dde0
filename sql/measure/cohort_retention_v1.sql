-- Follow the customers of each first month: how many buy again, and for how much, month by month.
--
-- grain    one row per cohort_month and months_since (at most 1,000 months)
-- param    as_of  date   the last day that is observed
-- returns  cohort_month (first day of the month of the first purchase), months_since (0 is that month), n_cohort,
--          n_active (with a purchase in the month), share_active (0 to 1), revenue (net, in the currency of
--          segment.currencies), is_complete (the month had ended by as_of: only then is it comparable)

-- Every month from the cohort's own to that of as_of has a row, with zeros where nobody bought; later months
-- are not observed and have none. Refunds before the first purchase belong to no cohort month.
with orders as (
  select customer_id, amount, cast(date_trunc('month', ordered_at) as date) as month, is_purchase
  from segment.orders
  where customer_id is not null
),
firsts as (
  select customer_id, min(month) as cohort_month
  from orders
  where is_purchase
  group by customer_id
),
cohorts as (
  select cohort_month, count(*) as n_cohort
  from firsts
  group by cohort_month
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
    cohorts.cohort_month, cohorts.n_cohort, numbers.number as months_since,
    cast(cohorts.cohort_month + to_months(numbers.number) as date) as month
  from cohorts
  inner join numbers on cast(cohorts.cohort_month + to_months(numbers.number) as date) <= $as_of
),
active as (
  select
    firsts.cohort_month, orders.month,
    count(distinct case when orders.is_purchase then orders.customer_id end) as n_active,
    sum(orders.amount) as revenue
  from orders
  inner join firsts on firsts.customer_id = orders.customer_id
  group by firsts.cohort_month, orders.month
)
select
  observed.cohort_month, observed.months_since, observed.n_cohort,
  coalesce(active.n_active, 0) as n_active,
  cast(coalesce(active.n_active, 0) as double) / nullif(cast(observed.n_cohort as double), 0) as share_active,
  cast(coalesce(active.revenue, 0) as decimal(18, 4)) as revenue,
  cast(observed.month + to_months(1) as date) <= $as_of + 1 as is_complete
from observed
left join active on active.cohort_month = observed.cohort_month and active.month = observed.month
