-- List the days on which each customer bought, and for how much.
--
-- grain    one row per customer_id and day with at least one purchase
-- returns  purchased_on, spend (net, in the currency of segment.currencies; null when no amount of the day is known)
-- source   Fader, Hardie and Lee, Counting your customers the easy way (2005), on days as transactions

-- Several purchases of one day are one: models of buying have no rate for two orders in the same hour. What a purchase is says
-- segment.orders. A refund does not say which purchase it takes back, so it lowers all purchases of its customer alike, at most to 0.
with orders as (
  select customer_id, cast(ordered_at as date) as purchased_on, amount, is_purchase
  from segment.orders
  where customer_id is not null
),
customers as (
  select
    customer_id,
    sum(case when is_purchase then amount end) as gross,
    coalesce(sum(case when not is_purchase then least(amount, 0) end), 0) as refunded
  from orders
  group by customer_id
),
kept as (
  select
    customer_id,
    coalesce(greatest(1 + cast(refunded as double) / nullif(cast(gross as double), 0), 0), 1) as share_kept
  from customers
),
days as (
  select customer_id, purchased_on, sum(amount) as gross
  from orders
  where is_purchase
  group by customer_id, purchased_on
)
select
  days.customer_id,
  days.purchased_on,
  cast(cast(days.gross as double) * kept.share_kept as decimal(18, 4)) as spend
from days
inner join kept on kept.customer_id = days.customer_id
