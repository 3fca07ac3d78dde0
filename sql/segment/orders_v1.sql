-- Choose the orders that customers are judged by: up to as_of, in one currency, with what counts as a purchase.
--
-- grain    one row per order of unify.orders that is in the currency in use, or has a rate into it
-- param    as_of    date           orders after this day are not seen
-- param    returns  one of net, drop = 'net'   net: refunds are kept, with their negative amounts; drop: only completed orders of a
--                                  positive or unknown amount are kept (see unify.orders, which leaves lines out as well)
-- returns  the columns of unify.orders, with amount (in the currency of segment.currencies; null when unknown), rate (units of it
--          for one of the order's own currency, 1 for itself), is_purchase
-- stored   no, it only leaves rows out

-- Recency, frequency, cohorts, customer value and baskets all mean this by a purchase: a completed order of an amount of zero or
-- more, or unknown. Refunds lower what was spent, they are neither counted nor recent.
with rates as (
  select
    rates.currency, rates.valid_from, rates.rate,
    lead(rates.valid_from) over (partition by rates.currency order by rates.valid_from, rates.rate) as valid_until
  from segment.rates as rates
  inner join segment.currencies as used on used.is_used and used.currency = rates.to_currency
  where rates.currency <> rates.to_currency
),
priced as (
  select
    orders.* exclude (amount),
    case when rates.rate is null then orders.amount else cast(orders.amount * rates.rate as decimal(18, 4)) end as amount,
    coalesce(rates.rate, 1) as rate
  from unify.orders as orders
  inner join segment.currencies as used on used.is_used
  left join rates
    on rates.currency = orders.currency
    and orders.ordered_at >= rates.valid_from
    and (orders.ordered_at < rates.valid_until or rates.valid_until is null)
  where orders.ordered_at < $as_of + 1
    and (coalesce(orders.currency, '') = coalesce(used.currency, '') or rates.rate is not null)
)
select *, status = 'completed' and coalesce(amount, 0) >= 0 as is_purchase
from priced
where $returns <> 'drop' or (status = 'completed' and coalesce(amount, 1) > 0)
