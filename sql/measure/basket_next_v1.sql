-- Find what customers buy in their next purchase after a product.
--
-- grain    one row per product_key and next_key that follow each other basket_min_both times or more; the same key twice
--          is buying it again
-- param    basket_min_both  integer from 1 = 5   products that follow each other less often are left out
-- returns  product_name, next_name, n_after (counted purchases with the product that are followed by a counted one), n_next
--          (of these, next purchases with next_key), confidence (n_next of n_after, 0 to 1), n_followed (all counted
--          purchases that are followed by a counted one), base_rate (share of all next purchases with next_key), lift
--          (confidence over base_rate; 1 is chance), chance and is_beyond_chance (as in measure.basket_pairs)
-- source   Agrawal and Srikant, Mining Sequential Patterns (1995), for sequences of two

-- The next purchase is the customer's next order, then by order_id; purchases without known products are passed over.
with sequence as (
  select
    products, is_counted,
    lead(products) over (partition by customer_id order by ordered_at, order_id) as next_products,
    lead(is_counted) over (partition by customer_id order by ordered_at, order_id) as is_next_counted
  from measure.baskets
  where customer_id is not null
),
followed as (
  select products, next_products from sequence where is_counted and is_next_counted
),
totals as (
  select sequences.n_followed, cast(products.n as double) * cast(products.n as double) as n_tried
  from (select count(*) as n_followed from followed) as sequences
  cross join (select count(*) as n from measure.basket_products where is_paired) as products
),
befores as (
  select product_no, count(*) as n from (select unnest(products) as product_no from followed) as items group by product_no
),
afters as (
  select product_no, count(*) as n from (select unnest(next_products) as product_no from followed) as items group by product_no
),
heads as (
  select items.product_no, items.next_products
  from (select unnest(products) as product_no, next_products from followed) as items
  inner join measure.basket_products as known on known.product_no = items.product_no and known.is_paired
),
counted as (
  select steps.product_no, steps.next_no, count(*) as n_next
  from (select product_no, unnest(next_products) as next_no from heads) as steps
  inner join measure.basket_products as known on known.product_no = steps.next_no and known.is_paired
  group by steps.product_no, steps.next_no
  having count(*) >= greatest($basket_min_both, 1)
),
figures as (
  select
    here.product_key, nexts.product_key as next_key, here.product_name, nexts.product_name as next_name,
    befores.n as n_after, counted.n_next, totals.n_followed, totals.n_tried,
    cast(counted.n_next as double) / nullif(cast(befores.n as double), 0) as confidence,
    cast(afters.n as double) / nullif(cast(totals.n_followed as double), 0) as base_rate
  from counted
  inner join befores on befores.product_no = counted.product_no
  inner join afters on afters.product_no = counted.next_no
  inner join measure.basket_products as here on here.product_no = counted.product_no
  inner join measure.basket_products as nexts on nexts.product_no = counted.next_no
  cross join totals
),
judged as (
  select
    *,
    case
      when confidence > base_rate then exp(n_next - n_after * base_rate - n_next * ln(confidence / nullif(base_rate, 0)))
      else 1.0
    end as chance
  from figures
)
select
  product_key, next_key, product_name, next_name, n_after, n_next, confidence, n_followed, base_rate,
  confidence / nullif(base_rate, 0) as lift,
  chance,
  chance * n_tried < 0.05 as is_beyond_chance
from judged
