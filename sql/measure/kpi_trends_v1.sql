-- Follow every kpi month by month, with its season taken out.
--
-- grain    one row per kpi and month of measure.kpi_ratios
-- returns  value, is_complete, year_before, change_year and moving_average as there, season_index as in measure.kpi_seasons, adjusted
--          (value as it would be in an average month; null without a season and for months that are not complete)
-- stored   no, it only puts stored relations side by side
select
  ratios.kpi, ratios.month, ratios.value, ratios.is_complete,
  ratios.year_before, ratios.change_year, ratios.moving_average,
  seasons.season_index,
  case when ratios.is_complete then 100 * cast(ratios.value as double) / nullif(seasons.season_index, 0) end as adjusted
from measure.kpi_ratios as ratios
left join measure.kpi_seasons as seasons
  on seasons.kpi = ratios.kpi and seasons.month_no = extract(month from ratios.month)
