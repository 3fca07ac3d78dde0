-- Add up what every customer spent in every category of products.
--
-- grain    one row per customer_id and category
-- returns  spend (net, in the currency of segment.currencies; below zero when more came back than was bought), n_lines (of purchases, that were kept)

-- Lines are counted as unify.orders counts them: one that is cancelled or returned is worth nothing when positive, a
-- negative one is a refund. Which orders count, and at which rate, says segment.orders.
with orders as (
  select order_id, min(customer_id) as customer_id, max(rate) as rate, max(case when is_purchase then 1 else 0 end) as is_purchase
  from segment.orders
  where customer_id is not null
  group by order_id
),
lines as (
  select
    order_id, category,
    case when amount < 0 or (status = 'completed' and coalesce(quantity, 1) > 0) then amount end as amount
  from unify.order_lines
  where category is not null
)
select
  orders.customer_id, lines.category,
  sum(case when orders.rate = 1 then lines.amount else cast(lines.amount * orders.rate as decimal(18, 4)) end) as spend,
  cast(sum(case when orders.is_purchase = 1 and lines.amount >= 0 then 1 else 0 end) as bigint) as n_lines
from lines
inner join orders on orders.order_id = lines.order_id
where lines.amount is not null
group by orders.customer_id, lines.category
