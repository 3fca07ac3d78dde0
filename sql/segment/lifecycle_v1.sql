-- Place every customer in the life cycle, by the customer's own rhythm of buying.
--
-- scheme   lifecycle Life cycle
-- grain    one row per customer_id of unify.customers
-- param    as_of          date           the day on which customers are looked at
-- param    new_days       integer from 0 = 30   the first purchase is at most this old: new
-- param    won_back_days  integer from 1 = 90   a purchase after a long silence is at most this old: won back
-- returns  segment (new, won back, active, cooling, dormant, lost; never bought: no purchase up to as_of, or only in a currency
--          that is not used), recency_days, usual_gap_days (null without a rhythm of one's own), next_change_on (the day on which
--          the segment becomes a worse one without a purchase; null when it cannot)

-- How long a silence is normal says segment.silences: multiples of one's own usual gap, else fixed days. Who came back
-- within won_back_days from a silence that had counted as dormant or lost is won back, as long as the silence since is normal.
with placed as (
  select
    customers.customer_id, rhythm.* exclude (customer_id),
    date_diff('day', rhythm.last_on, $as_of) as recency_days,
    date_diff('day', rhythm.first_on, $as_of) as age_days,
    date_diff('day', rhythm.returned_on, $as_of) as returned_days
  from unify.customers as customers
  left join segment.silences as rhythm on rhythm.customer_id = customers.customer_id
),
named as (
  select
    *,
    case
      when recency_days is null then 'never bought'
      when age_days <= $new_days then 'new'
      when recency_days <= active_within_days and returned_days <= $won_back_days then 'won back'
      when recency_days <= active_within_days then 'active'
      when recency_days <= cooling_within_days then 'cooling'
      when recency_days <= dormant_within_days then 'dormant'
      else 'lost'
    end as segment
  from placed
)
select
  customer_id, segment, recency_days, usual_gap_days,
  case
    when segment in ('new', 'active', 'won back') and recency_days <= active_within_days then last_on + active_within_days + 1
    when segment = 'cooling' then last_on + cooling_within_days + 1
    when segment = 'dormant' then last_on + dormant_within_days + 1
  end as next_change_on
from named
