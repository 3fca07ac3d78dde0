-- Say of every product in how many purchases it is, and whether it is frequent enough to be paired with others.
--
-- grain    one row per product_key of measure.baskets
-- param    basket_min_orders    integer from 0 = 10     a product in fewer counted baskets is rare
-- param    basket_max_products  integer from 1 = 2000   so many products at most are paired, the most frequent ones
-- returns  product_no, product_name, category, n_baskets (purchases with it), n_counted (without the baskets that are too
--          large), share_baskets (n_counted of all counted baskets, 0 to 1), rank_no (1 is in most counted baskets; ties
--          by key), is_paired (neither rare nor beyond basket_max_products)
with items as (
  select is_counted, unnest(products) as product_no
  from measure.baskets
),
totals as (
  select count(*) as n_all from measure.baskets where is_counted
),
counted as (
  select product_no, count(*) as n_baskets, count(case when is_counted then 1 end) as n_counted
  from items
  group by product_no
),
ranked as (
  select
    counted.*, numbers.product_key, numbers.product_name, numbers.category,
    row_number() over (order by counted.n_counted desc, numbers.product_key) as rank_no
  from counted
  inner join measure.basket_numbers as numbers on numbers.product_no = counted.product_no
)
select
  ranked.product_key, ranked.product_no, ranked.product_name, ranked.category,
  ranked.n_baskets, ranked.n_counted,
  cast(ranked.n_counted as double) / nullif(cast(totals.n_all as double), 0) as share_baskets,
  ranked.rank_no,
  ranked.n_counted >= greatest($basket_min_orders, 1) and ranked.rank_no <= $basket_max_products as is_paired
from ranked
cross join totals
