-- Find the scale on which each source scores satisfaction, from the scores themselves.
--
-- grain    one row per source of unify.tickets with a score
-- param    as_of  date   tickets opened after this day are not seen
-- returns  n_scores, lowest, highest (seen), scale_low, scale_high (its ends; null when the scores fit no scale: their customers have no score)

-- The narrowest scale in use that holds all scores: no or yes, 5, 7, 10 and 100 points. It starts at 0 only where a 0 was given.
with seen as (
  select _source, count(*) as n_scores, min(satisfaction) as lowest, max(satisfaction) as highest
  from unify.tickets
  where satisfaction is not null and opened_at < $as_of + 1
  group by _source
),
ended as (
  select
    *,
    case
      when lowest < 0 or highest > 100 then null
      when highest <= 1 and lowest < 1 then 1
      when highest <= 5 then 5
      when highest <= 7 then 7
      when highest <= 10 then 10
      else 100
    end as scale_high
  from seen
)
select
  *,
  case when scale_high is null then null when scale_high in (1, 100) or lowest < 1 then 0 else 1 end as scale_low
from ended
