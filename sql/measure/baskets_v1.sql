-- Put the different products of every purchase into one list.
--
-- grain    one row per purchase with a product that was kept; purchases without lines, or of unknown products, have none
-- param    basket_max_items  integer from 2 = 100   a basket of more different products is not counted: it is no household's
-- returns  order_id, customer_id (null when nobody is known: baskets are looked at all the same), ordered_at,
--          products (product_no of measure.basket_numbers, each once, lowest first), n_products, is_counted

-- A list, not a row a product: pairs come out of it without joining the lines with themselves. What a purchase is says
-- segment.orders; of its lines those count that were not cancelled or returned, of a quantity above and a price from zero.
with orders as (
  select order_id, min(customer_id) as customer_id, min(ordered_at) as ordered_at
  from segment.orders
  where is_purchase
  group by order_id
),
lists as (
  select lines.order_id, array_sort(array_distinct(array_agg(numbers.product_no))) as products
  from unify.order_lines as lines
  inner join measure.basket_numbers as numbers
    on numbers.product_key = coalesce(lines.product_key, lines.product_name)
  where coalesce(lines.status, 'completed') = 'completed'
    and coalesce(lines.quantity, 1) > 0
    and coalesce(lines.amount, 0) >= 0
  group by lines.order_id
)
select
  orders.order_id, orders.customer_id, orders.ordered_at, lists.products,
  len(lists.products) as n_products,
  len(lists.products) <= $basket_max_items as is_counted
from orders
inner join lists on lists.order_id = orders.order_id
