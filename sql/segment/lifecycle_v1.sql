-- Place every customer in the life cycle by the days since the last purchase.
--
-- scheme   lifecycle Life cycle
-- grain    one row per customer_id of unify.customers
-- param    as_of         date            the day on which customers are looked at
-- param    new_days      integer = 30    the first purchase is at most this old: new
-- param    active_days   integer = 90    the last purchase is at most this old: active
-- param    cooling_days  integer = 180   at most this old: cooling
-- param    dormant_days  integer = 365   at most this old: dormant; older: lost
-- returns  segment (new, active, cooling, dormant, lost; never bought: no purchase up to as_of, or only in a
--          currency that segment.currencies does not use)
select
  customers.customer_id,
  case
    when rfm.customer_id is null then 'never bought'
    when date_diff('day', cast(rfm.first_order_at as date), $as_of) <= $new_days then 'new'
    when rfm.recency_days <= $active_days then 'active'
    when rfm.recency_days <= $cooling_days then 'cooling'
    when rfm.recency_days <= $dormant_days then 'dormant'
    else 'lost'
  end as segment
from unify.customers as customers
left join segment.rfm as rfm on rfm.customer_id = customers.customer_id
