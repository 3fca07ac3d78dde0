-- Place every customer on the way from being known to being loyal.
--
-- scheme   journey Journey
-- grain    one row per customer_id of unify.customers
-- param    as_of             date            events after this day are not seen
-- param    considering_days  integer from 0 = 180   a click, visit or cart at most this old shows interest
-- param    loyal_purchases   integer from 2 = 4     purchases from which a customer is loyal
-- returns  segment (aware: known by a record, nothing bought and no interest shown lately; considering: nothing bought, interest shown;
--          first purchase: one; repeat: more; loyal: from loyal_purchases on), n_purchases, last_interest_at

-- The stage says how far a customer came, not whether the customer is still there: that says segment.lifecycle. An open is
-- no interest, because mail programs open mail by themselves.
with interests as (
  select customer_id, max(occurred_at) as last_interest_at
  from unify.events
  where customer_id is not null and kind in ('click', 'visit', 'cart') and occurred_at < $as_of + 1
  group by customer_id
)
select
  customers.customer_id,
  case
    when rfm.frequency >= $loyal_purchases then 'loyal'
    when rfm.frequency >= 2 then 'repeat'
    when rfm.frequency = 1 then 'first purchase'
    when date_diff('day', cast(interests.last_interest_at as date), $as_of) <= $considering_days then 'considering'
    else 'aware'
  end as segment,
  coalesce(rfm.frequency, 0) as n_purchases,
  interests.last_interest_at
from unify.customers as customers
left join segment.rfm as rfm on rfm.customer_id = customers.customer_id
left join interests on interests.customer_id = customers.customer_id
