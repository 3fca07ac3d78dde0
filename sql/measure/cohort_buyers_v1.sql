-- Say when every customer bought first, and by what cohorts are split: the channel of that purchase, and a segment.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- param    cohort_unit    one of month, week = 'month'   period that customers of one cohort share; a week begins on Monday
-- param    cohort_scheme  text = 'rfm'     scheme of segment.members that cohorts are split by
-- returns  cohort (first day of the period of the first purchase), channel (of the first purchase; 'not stated'), segment (in the
--          scheme; 'none' for who has none)

-- A segment is that of today: who stayed is in the better ones for that reason, so such a split describes, it does not explain.
with purchases as (
  select customer_id, ordered_at, channel
  from segment.orders
  where customer_id is not null and is_purchase
),
firsts as (
  select customer_id, min(ordered_at) as first_at
  from purchases
  group by customer_id
),
buyers as (
  -- Of several purchases in the same moment, the first channel by name.
  select firsts.customer_id, firsts.first_at, min(purchases.channel) as channel
  from firsts
  inner join purchases on purchases.customer_id = firsts.customer_id and purchases.ordered_at = firsts.first_at
  group by firsts.customer_id, firsts.first_at
)
select
  buyers.customer_id,
  case
    when $cohort_unit = 'week' then cast(date_trunc('week', buyers.first_at) as date)
    else cast(date_trunc('month', buyers.first_at) as date)
  end as cohort,
  coalesce(buyers.channel, 'not stated') as channel,
  coalesce(members.segment, 'none') as segment
from buyers
left join segment.members as members on members.customer_id = buyers.customer_id and members.scheme = $cohort_scheme
