-- Say how each month of the year compares with an average month.
--
-- grain    one row per kpi and month_no (1 to 12), of kpis with 24 complete months and more
-- returns  month_name, n_years (that it was compared in), n_above (of these, above the average of its surroundings), season_index
--          (100 is an average month; the twelve average 100; null for all when a month could be compared in no year)
-- source   Persons, Correlation of time series (1923), ratio to moving average; Hyndman and Athanasopoulos, Forecasting:
--          Principles and Practice, on classical decomposition

-- A month is compared by the mean of its ratios to the moving average, and the twelve are then scaled to average 100. Months are
-- taken as they are: February has fewer days, and a holiday by the moon is once in January and once in February.
with lasting as (
  select kpi, count(case when is_complete then 1 end) as n_full_months
  from measure.kpi_ratios
  group by kpi
),
months as (
  select lasting.kpi, names.month_no, names.month_name
  from lasting
  cross join (
    values (1, 'January'), (2, 'February'), (3, 'March'), (4, 'April'), (5, 'May'), (6, 'June'), (7, 'July'), (8, 'August'),
      (9, 'September'), (10, 'October'), (11, 'November'), (12, 'December')
  ) as names (month_no, month_name)
  where lasting.n_full_months >= 24
),
compared as (
  select
    kpi, extract(month from month) as month_no,
    count(ratio) as n_years,
    count(case when ratio > 1 then 1 end) as n_above,
    cast(sum(cast(ratio as decimal(18, 9))) as double) / nullif(cast(count(ratio) as double), 0) as mean_ratio
  from measure.kpi_ratios
  group by kpi, extract(month from month)
),
scales as (
  select kpi, cast(sum(cast(mean_ratio as decimal(18, 9))) as double) / 12 as scale
  from compared
  group by kpi
  having count(mean_ratio) = 12
)
select
  months.kpi, months.month_no, months.month_name,
  coalesce(compared.n_years, 0) as n_years,
  coalesce(compared.n_above, 0) as n_above,
  100 * compared.mean_ratio / nullif(scales.scale, 0) as season_index
from months
left join compared on compared.kpi = months.kpi and compared.month_no = months.month_no
left join scales on scales.kpi = months.kpi
