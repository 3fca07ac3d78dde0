-- Say of every customer how long a silence is normal, by their own rhythm of buying.
--
-- grain    one row per customer_id with at least one purchase
-- param    least_gaps        integer from 1 = 3     gaps between purchase days from which a customer's own rhythm counts
-- param    least_gap_days    integer from 0 = 7     an own rhythm is never taken to be quicker than this
-- param    active_gaps       double from 0 = 2      usual gaps of one's own after the last purchase, up to which one is active
-- param    cooling_gaps      double from 0 = 4      the same for cooling
-- param    dormant_gaps      double from 0 = 8      the same for dormant
-- param    active_days       integer from 1 = 90    days in place of active_gaps for customers without a rhythm of their own
-- param    cooling_days      integer from 1 = 180   the same for cooling
-- param    dormant_days      integer from 1 = 365   the same for dormant
-- returns  first_on, last_on (days of purchase), n_gaps (between purchase days), usual_gap_days (their median; null below
--          least_gaps), active_within_days, cooling_within_days, dormant_within_days (of the last purchase), returned_on (last
--          purchase that came after a gap longer than cooling_within_days; null when there is none)

-- Two orders of one day are one visit, so gaps are between days. The median forgives one long silence. It is the customer's own
-- alone: stages have to be explained to a person. measure.rhythm, which ranks by risk, draws few gaps towards everybody's instead.
with days as (
  select distinct customer_id, cast(ordered_at as date) as day
  from segment.orders
  where customer_id is not null and is_purchase
),
gaps as (
  select
    customer_id, day,
    date_diff('day', lag(day) over (partition by customer_id order by day, customer_id), day) as gap_days
  from days
),
rhythms as (
  select
    customer_id, min(day) as first_on, max(day) as last_on, count(gap_days) as n_gaps,
    case when count(gap_days) >= greatest($least_gaps, 1) then median(gap_days) end as usual_gap_days
  from gaps
  group by customer_id
),
limits as (
  select
    *,
    cast(case when usual_gap_days is null then $active_days
      else ceil($active_gaps * greatest(usual_gap_days, $least_gap_days)) end as integer) as active_within_days,
    cast(case when usual_gap_days is null then $cooling_days
      else ceil($cooling_gaps * greatest(usual_gap_days, $least_gap_days)) end as integer) as cooling_within_days,
    cast(case when usual_gap_days is null then $dormant_days
      else ceil($dormant_gaps * greatest(usual_gap_days, $least_gap_days)) end as integer) as dormant_within_days
  from rhythms
),
returns as (
  select gaps.customer_id, max(gaps.day) as returned_on
  from gaps
  inner join limits on limits.customer_id = gaps.customer_id and gaps.gap_days > limits.cooling_within_days
  group by gaps.customer_id
)
select limits.*, returns.returned_on
from limits
left join returns on returns.customer_id = limits.customer_id
