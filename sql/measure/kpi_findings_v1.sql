-- Say in sentences how the last full month stands against a year before, and which months of the year are strong and weak.
--
-- grain    one row per kpi and about (year, season)
-- returns  level (info; warning where there are too few months to say it), finding (a sentence without the name of the kpi)

-- Seasons within a tenth of the average are called none: two or three years cannot tell them from chance.
with lasting as (
  select
    kpi,
    count(case when is_complete then 1 end) as n_full_months,
    max(case when is_complete then month end) as last_month
  from measure.kpi_ratios
  group by kpi
),
years as (
  select
    lasting.kpi, lasting.n_full_months,
    strftime(lasting.last_month, '%Y-%m') as last_month,
    cast(round(100 * ratios.change_year) as bigint) as percent
  from lasting
  left join measure.kpi_ratios as ratios on ratios.kpi = lasting.kpi and ratios.month = lasting.last_month
),
placed as (
  select *,
    row_number() over (partition by kpi order by season_index desc, month_no) as from_top,
    row_number() over (partition by kpi order by season_index, month_no) as from_bottom
  from measure.kpi_seasons
  where season_index is not null
),
ends as (
  select
    top.kpi, top.season_index as most, bottom.season_index as least,
    top.month_name || ' is the strongest month of the year, at ' || cast(cast(round(top.season_index) as bigint) as varchar)
      || '% of an average one, above average in ' || cast(top.n_above as varchar) || ' of ' || cast(top.n_years as varchar)
      || case when top.n_years = 1 then ' year; ' else ' years; ' end
      || bottom.month_name || ' is the weakest, at ' || cast(cast(round(bottom.season_index) as bigint) as varchar) || '%.' as said
  from placed as top
  inner join placed as bottom on bottom.kpi = top.kpi and bottom.from_bottom = 1
  where top.from_top = 1
)
select
  kpi, 'year' as about,
  case when percent is null then 'warning' else 'info' end as level,
  case
    when percent is not null and percent = 0 then last_month || ' was level with the same month a year before.'
    when percent is not null
      then last_month || ' was ' || cast(abs(percent) as varchar) || case when percent > 0 then '% above' else '% below' end
        || ' the same month a year before.'
    when n_full_months < 13
      then 'Full months: ' || cast(n_full_months as varchar) || '. A comparison with the year before needs 13.'
    else 'There is nothing a year before ' || last_month || ' to compare it with.'
  end as finding
from years
union all
select
  years.kpi, 'season' as about,
  case when ends.kpi is null then 'warning' else 'info' end as level,
  case
    when ends.most <= 110 and ends.least >= 90 then 'No marked season: every month is within a tenth of an average one.'
    when ends.kpi is not null then ends.said
    when years.n_full_months < 24 then 'Full months: ' || cast(years.n_full_months as varchar) || '. A season needs 24 to be told.'
    else 'No season can be told: some months stand in no twelve months with anything above 0.'
  end as finding
from years
left join ends on ends.kpi = years.kpi
