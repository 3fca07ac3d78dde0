-- List the products of every purchase.
--
-- grain    one row per order_id and product_key
-- returns  customer_id (null when nobody is known), ordered_at, product_name, category, is_counted (false in a basket
--          too large for measure.basket_pairs and measure.basket_next)
-- stored   no, measure.baskets holds the same in less room
with items as (
  select order_id, customer_id, ordered_at, is_counted, unnest(products) as product_no
  from measure.baskets
)
select
  items.order_id, items.customer_id, items.ordered_at,
  numbers.product_key, numbers.product_name, numbers.category,
  items.is_counted
from items
inner join measure.basket_numbers as numbers on numbers.product_no = items.product_no
