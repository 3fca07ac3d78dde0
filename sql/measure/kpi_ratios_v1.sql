-- Set every month beside the twelve around it and beside the same month a year before.
--
-- grain    one row per kpi (revenue, n_orders, n_customers, n_new_customers) and month of measure.kpi_monthly
-- returns  value (in the unit of the kpi), is_complete, year_before (value of the same month a year before), change_year (growth over
--          it, 0.1 is 10% more; null for months that are not complete, and where nothing above 0 stood before), moving_average (of
--          the twelve months around, the two at the ends by half each; null where they are not all there and complete), ratio
--          (value over moving_average; null where that is not above 0)
-- source   Hyndman and Athanasopoulos, Forecasting: Principles and Practice, on moving averages of even order
with long as (
  select 'revenue' as kpi, month, revenue as value, is_complete from measure.kpi_monthly
  union all
  select 'n_orders', month, cast(n_orders as decimal(18, 4)), is_complete from measure.kpi_monthly
  union all
  select 'n_customers', month, cast(n_customers as decimal(18, 4)), is_complete from measure.kpi_monthly
  union all
  select 'n_new_customers', month, cast(n_new_customers as decimal(18, 4)), is_complete from measure.kpi_monthly
),
around as (
  select
    kpi, month,
    sum(value) over (partition by kpi order by month, kpi rows between 6 preceding and 5 following)
      + sum(value) over (partition by kpi order by month, kpi rows between 5 preceding and 6 following) as two_years,
    count(*) over (partition by kpi order by month, kpi rows between 6 preceding and 6 following) as n_around
  from long
  where is_complete
),
averaged as (
  select kpi, month, cast(two_years as double) / 24 as moving_average
  from around
  where n_around = 13
)
select
  long.kpi, long.month, long.value, long.is_complete,
  before.value as year_before,
  case
    when long.is_complete and before.value > 0 then cast(long.value - before.value as double) / nullif(cast(before.value as double), 0)
  end as change_year,
  averaged.moving_average,
  case when averaged.moving_average > 0 then cast(long.value as double) / nullif(averaged.moving_average, 0) end as ratio
from long
left join averaged on averaged.kpi = long.kpi and averaged.month = long.month
left join long as before on before.kpi = long.kpi and before.month = cast(long.month - to_months(12) as date)
