-- Find the products that are bought together more often, or less, than chance would have it.
--
-- grain    one row per pair of products (left_key before right_key) that are in basket_min_both counted baskets or more
-- param    basket_min_both  integer from 1 = 5   pairs in fewer baskets are left out: a handful shows nothing
-- returns  left_name, right_name, n_both (baskets with both), n_left, n_right (baskets with each), n_baskets (all counted
--          ones), support (n_both of n_baskets, 0 to 1), confidence_right (of the baskets with the left product the share
--          with the right one), confidence_left (the other way round), n_expected (baskets with both if one had nothing to
--          do with the other), lift (n_both over n_expected; 1 is chance), chance (upper bound of the probability of n_both or more
--          if it were chance; 1 when lift is not above 1), is_beyond_chance (chance is below 5 % even multiplied by all pairs tried)
-- source   Agrawal and Srikant, Fast Algorithms for Mining Association Rules (1994); Brin et al. (1997) on lift; Chernoff (1952)

-- A pair cannot be frequent when one of its products is not, so rare products are left out before pairs are made. Of millions
-- of pairs some are far above their expected number by chance alone, hence the bound: (expected / n)^n * e^(n - expected).
with heads as (
  select baskets.products, items.product_no as left_no
  from (select products, unnest(products) as product_no from measure.baskets where is_counted and n_products > 1) as baskets
  inner join measure.basket_products as items on items.product_no = baskets.product_no and items.is_paired
),
both_of as (
  select left_no, unnest(products) as right_no from heads
),
counted as (
  select both_of.left_no, both_of.right_no, count(*) as n_both
  from both_of
  inner join measure.basket_products as items on items.product_no = both_of.right_no and items.is_paired
  where both_of.left_no < both_of.right_no
  group by both_of.left_no, both_of.right_no
  having count(*) >= greatest($basket_min_both, 1)
),
totals as (
  select
    baskets.n_baskets,
    cast(products.n as double) * cast(products.n - 1 as double) / 2 as n_tried
  from (select count(*) as n_baskets from measure.baskets where is_counted) as baskets
  cross join (select count(*) as n from measure.basket_products where is_paired) as products
),
figures as (
  select
    lefts.product_key as left_key, rights.product_key as right_key,
    lefts.product_name as left_name, rights.product_name as right_name,
    counted.n_both, lefts.n_counted as n_left, rights.n_counted as n_right, totals.n_baskets, totals.n_tried,
    cast(lefts.n_counted as double) * cast(rights.n_counted as double) / nullif(cast(totals.n_baskets as double), 0) as n_expected
  from counted
  inner join measure.basket_products as lefts on lefts.product_no = counted.left_no
  inner join measure.basket_products as rights on rights.product_no = counted.right_no
  cross join totals
),
judged as (
  select
    *,
    case when n_both > n_expected then exp(n_both - n_expected - n_both * ln(n_both / nullif(n_expected, 0))) else 1.0 end as chance
  from figures
)
select
  left_key, right_key, left_name, right_name, n_both, n_left, n_right, n_baskets,
  cast(n_both as double) / nullif(cast(n_baskets as double), 0) as support,
  cast(n_both as double) / nullif(cast(n_left as double), 0) as confidence_right,
  cast(n_both as double) / nullif(cast(n_right as double), 0) as confidence_left,
  n_expected,
  cast(n_both as double) / nullif(n_expected, 0) as lift,
  chance,
  chance * n_tried < 0.05 as is_beyond_chance
from judged
