-- Number the products that were ever ordered, and name each.
--
-- grain    one row per product_key of unify.order_lines; lines without a key go by the name of the product
-- returns  product_no (1 for the first key by its letters), product_name, category (the most frequent text of the
--          lines of the key, then the first by its letters; null when no line has any)

-- Baskets hold the numbers: what thirty million lines are compared by should be small. The same key in two systems
-- is the same product.
with lines as (
  select coalesce(product_key, product_name) as product_key, product_name, category, count(*) as n
  from unify.order_lines
  where coalesce(product_key, product_name) is not null
  group by coalesce(product_key, product_name), product_name, category
),
names as (
  select product_key, product_name,
    row_number() over (partition by product_key order by sum(n) desc, product_name) as place
  from lines
  where product_name is not null
  group by product_key, product_name
),
categories as (
  select product_key, category,
    row_number() over (partition by product_key order by sum(n) desc, category) as place
  from lines
  where category is not null
  group by product_key, category
),
keys as (
  select distinct product_key from lines
)
select
  keys.product_key,
  cast(row_number() over (order by keys.product_key) as integer) as product_no,
  names.product_name,
  categories.category
from keys
left join names on names.product_key = keys.product_key and names.place = 1
left join categories on categories.product_key = keys.product_key and categories.place = 1
