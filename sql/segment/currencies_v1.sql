-- Decide in which currency customers are scored, and say what is left out by that.
--
-- grain    one row per currency of unify.orders; null is the currency of orders that state none
-- param    as_of     date          orders after this day are not seen
-- param    currency  text = null   the currency to use; null takes the most frequent one
-- returns  n_orders (completed), n_customers, n_without_customer (orders), amount (net, in that currency),
--          is_used (true in at most one row: none when the currency asked for does not occur)

-- Amounts of several currencies are never added up. Segments and measures use the orders of one currency:
-- the one asked for, else the one of most completed orders, then the first by name.
with counted as (
  select
    currency,
    count(distinct case when status = 'completed' then order_id end) as n_orders,
    count(distinct customer_id) as n_customers,
    sum(case when customer_id is null then 1 else 0 end) as n_without_customer,
    cast(coalesce(sum(amount), 0) as decimal(18, 4)) as amount
  from unify.orders
  where ordered_at < $as_of + 1
  group by currency
),
ranked as (
  select *, row_number() over (order by n_orders desc, currency nulls last) as place
  from counted
)
select
  currency,
  n_orders,
  n_customers,
  cast(n_without_customer as bigint) as n_without_customer,
  amount,
  case when cast($currency as varchar) is null then place = 1 else coalesce(currency = $currency, false) end as is_used
from ranked
