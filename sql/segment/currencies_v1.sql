-- Decide in which currency customers are scored, and say what is left out by that.
--
-- grain    one row per currency of unify.orders, and the one asked for; null is the currency of orders that state none
-- param    as_of     date          orders after this day are not seen
-- param    currency  text = null   the currency to use; null takes the most frequent one
-- returns  n_orders (completed), n_customers, n_without_customer (orders), amount (net, in that currency),
--          is_used (true in at most one row: none when the currency asked for neither occurs nor has rates into it),
--          n_converted (orders of any status that segment.rates turns into the currency in use), n_left_out (orders that neither
--          are in the currency in use nor have a rate of their day)

-- Amounts of several currencies are never added up. Segments and measures use the orders of one currency: the one
-- asked for, else the one of most completed orders, then the first by name; and those segment.rates converts into it.
with seen as (
  select order_id, customer_id, status, currency, amount, ordered_at from unify.orders where ordered_at < $as_of + 1
),
counted as (
  select
    currency,
    count(distinct case when status = 'completed' then order_id end) as n_orders,
    count(distinct customer_id) as n_customers,
    sum(case when customer_id is null then 1 else 0 end) as n_without_customer,
    cast(coalesce(sum(amount), 0) as decimal(18, 4)) as amount,
    count(*) as n
  from seen
  group by currency
  union all
  select distinct to_currency, 0, 0, 0, cast(0 as decimal(18, 4)), 0
  from segment.rates
  where to_currency = $currency and to_currency not in (select currency from seen where currency is not null)
),
ranked as (
  select *, row_number() over (order by n_orders desc, currency nulls last) as place
  from counted
),
chosen as (
  select *,
    case when cast($currency as varchar) is null then place = 1 else coalesce(currency = $currency, false) end as is_used
  from ranked
),
rated as (
  select seen.currency, count(*) as n_converted
  from seen
  inner join (
    select rates.currency, min(rates.valid_from) as valid_from
    from segment.rates as rates
    inner join chosen on chosen.is_used and chosen.currency = rates.to_currency
    where rates.currency <> rates.to_currency
    group by rates.currency
  ) as known on known.currency = seen.currency and seen.ordered_at >= known.valid_from
  group by seen.currency
)
select
  chosen.currency, chosen.n_orders, chosen.n_customers,
  cast(chosen.n_without_customer as bigint) as n_without_customer,
  chosen.amount, chosen.is_used,
  coalesce(rated.n_converted, 0) as n_converted,
  case when chosen.is_used then 0 else chosen.n - coalesce(rated.n_converted, 0) end as n_left_out
from chosen
left join rated on rated.currency = chosen.currency
