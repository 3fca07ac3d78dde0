-- Say how many purchases and products the basket measures look at, and what they leave out.
--
-- grain    one row
-- param    basket_min_orders  integer from 0 = 10   a product in fewer counted baskets is rare
-- returns  n_purchases, n_without_products (no lines, or none of a known product that was kept), n_baskets (purchases with
--          products), n_too_large (of more than basket_max_items products: not counted), n_counted, n_of_one_product (of
--          n_counted: no pair in them), n_anonymous (of n_baskets: no customer known, so nothing follows them), mean_products,
--          median_products (different ones in a counted basket), most_products (in any), n_products, n_rare_products (in too few
--          counted baskets), n_products_beyond_cap, n_paired_products, n_pairs (of measure.basket_pairs), n_next_pairs (of
--          measure.basket_next), n_pairs_beyond_chance, n_next_beyond_chance
with purchases as (
  select count(distinct order_id) as n_purchases from segment.orders where is_purchase
),
baskets as (
  select
    count(*) as n_baskets,
    count(case when not is_counted then 1 end) as n_too_large,
    count(case when is_counted then 1 end) as n_counted,
    count(case when is_counted and n_products = 1 then 1 end) as n_of_one_product,
    count(case when customer_id is null then 1 end) as n_anonymous,
    cast(sum(case when is_counted then n_products end) as bigint) as n_items,
    median(case when is_counted then n_products end) as median_products,
    max(n_products) as most_products
  from measure.baskets
),
products as (
  select
    count(*) as n_products,
    count(case when is_paired then 1 end) as n_paired_products,
    count(case when not is_paired and n_counted >= greatest($basket_min_orders, 1) then 1 end) as n_products_beyond_cap
  from measure.basket_products
),
pairs as (
  select count(*) as n_pairs, count(case when is_beyond_chance then 1 end) as n_pairs_beyond_chance from measure.basket_pairs
),
nexts as (
  select count(*) as n_next_pairs, count(case when is_beyond_chance then 1 end) as n_next_beyond_chance from measure.basket_next
)
select
  purchases.n_purchases,
  purchases.n_purchases - baskets.n_baskets as n_without_products,
  baskets.n_baskets, baskets.n_too_large, baskets.n_counted, baskets.n_of_one_product, baskets.n_anonymous,
  cast(baskets.n_items as double) / nullif(cast(baskets.n_counted as double), 0) as mean_products,
  baskets.median_products,
  coalesce(baskets.most_products, 0) as most_products,
  products.n_products,
  products.n_products - products.n_paired_products - products.n_products_beyond_cap as n_rare_products,
  products.n_products_beyond_cap,
  products.n_paired_products,
  pairs.n_pairs,
  pairs.n_pairs_beyond_chance,
  nexts.n_next_pairs,
  nexts.n_next_beyond_chance
from purchases
cross join baskets
cross join products
cross join pairs
cross join nexts
