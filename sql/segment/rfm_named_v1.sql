-- Give every scored customer the name of a segment.
--
-- scheme   rfm RFM
-- grain    one row per customer_id of segment.rfm
-- param    method  one of rank, r, fixed = 'rank'   whose scores are named: those of segment.rfm, of segment.rfm_r (as in R), or
--                                  of segment.rfm_fixed (cut points of one's own)
-- returns  segment, n_matches (rows of the bounds that fit; more than 1 is an overlap), r, f, m (the scores that were named)

-- The matching row of segment.rfm_bounds with the lowest priority wins (then the first name); who fits no
-- row is called Others, never left out.
with scores as (
  select customer_id, r, f, m from segment.rfm where $method = 'rank'
  union all
  select customer_id, r, f, m from segment.rfm_r where $method = 'r'
  union all
  select customer_id, r, f, m from segment.rfm_fixed where $method = 'fixed'
),
matches as (
  select
    scores.customer_id, scores.r, scores.f, scores.m, bounds.segment,
    row_number() over (partition by scores.customer_id order by bounds.priority, bounds.segment) as place,
    count(bounds.segment) over (partition by scores.customer_id) as n_matches
  from scores
  left join segment.rfm_bounds as bounds
    on scores.r between bounds.r_lo and bounds.r_hi
    and scores.f between bounds.f_lo and bounds.f_hi
    and scores.m between bounds.m_lo and bounds.m_hi
)
select customer_id, coalesce(segment, 'Others') as segment, n_matches, r, f, m
from matches
where place = 1
