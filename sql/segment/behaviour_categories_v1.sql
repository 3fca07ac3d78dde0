-- Choose the categories of products whose shares describe how a customer behaves.
--
-- grain    one row per category, at most 6
-- returns  place (1 is the category of most net spend), category, spend
with sums as (
  select category, sum(spend) as spend from segment.spends group by category having sum(spend) > 0
),
ranked as (
  select row_number() over (order by spend desc, category) as place, category, spend from sums
)
select cast(place as integer) as place, category, cast(spend as decimal(18, 4)) as spend
from ranked
where place <= 6
