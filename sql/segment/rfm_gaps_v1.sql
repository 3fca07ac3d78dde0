-- Try the bounds of named segments: which of them nobody fits, and which take customers from one another.
--
-- grain    one row per row of segment.rfm_bounds
-- returns  segment, priority, n_fit (customers whose scores lie in the bounds), n_won (of them, those who get this name), n_lost (to a
--          row tried before), overlaps_with (segments that fit some of the same customers, by priority; null when none), is_empty
--          (nobody fits), is_shadowed (some fit, and all of them get another name)
with scores as (
  select r, f, m, segment, count(*) as n from segment.rfm_named group by r, f, m, segment
),
fits as (
  select
    bounds.segment, bounds.priority, bounds.r_lo, bounds.r_hi, bounds.f_lo, bounds.f_hi, bounds.m_lo, bounds.m_hi,
    scores.r, scores.f, scores.m, coalesce(scores.n, 0) as n,
    case when scores.segment = bounds.segment then scores.n else 0 end as n_won
  from segment.rfm_bounds as bounds
  left join scores
    on scores.r between bounds.r_lo and bounds.r_hi
    and scores.f between bounds.f_lo and bounds.f_hi
    and scores.m between bounds.m_lo and bounds.m_hi
),
counted as (
  select
    segment, priority, r_lo, r_hi, f_lo, f_hi, m_lo, m_hi,
    cast(sum(n) as bigint) as n_fit, cast(sum(n_won) as bigint) as n_won
  from fits
  group by segment, priority, r_lo, r_hi, f_lo, f_hi, m_lo, m_hi
),
shared as (
  select distinct mine.segment, mine.priority, other.segment as other, other.priority as other_priority
  from fits as mine
  inner join fits as other
    on other.r = mine.r and other.f = mine.f and other.m = mine.m
    and (other.segment <> mine.segment or other.priority <> mine.priority)
),
listed as (
  select
    segment, priority,
    array_to_string(list(other order by other_priority, other), ', ') as overlaps_with
  from shared
  group by segment, priority
)
select
  counted.*,
  counted.n_fit - counted.n_won as n_lost,
  listed.overlaps_with,
  counted.n_fit = 0 as is_empty,
  counted.n_fit > 0 and counted.n_won = 0 as is_shadowed
from counted
left join listed on listed.segment = counted.segment and listed.priority = counted.priority
