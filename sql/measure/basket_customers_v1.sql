-- Put what each customer ever bought, and what they bought last, into one list each.
--
-- grain    one row per customer_id with a basket
-- returns  segment (of segment.rfm_named; null for who has none), n_baskets, products (product_no of all baskets, each once,
--          lowest first), last_products (of the latest counted basket; null when all are too large)
with ordered as (
  select
    customer_id, products, is_counted,
    row_number() over (partition by customer_id order by is_counted desc, ordered_at desc, order_id desc) as place
  from measure.baskets
  where customer_id is not null
),
customers as (
  select
    customer_id,
    count(*) as n_baskets,
    array_sort(array_distinct(flatten(array_agg(products)))) as products,
    flatten(array_agg(products) filter (where place = 1 and is_counted)) as last_products
  from ordered
  group by customer_id
)
select customers.customer_id, named.segment, customers.n_baskets, customers.products, customers.last_products
from customers
left join segment.rfm_named as named on named.customer_id = customers.customer_id
