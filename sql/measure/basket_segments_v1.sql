-- Say what the customers of each RFM segment buy, beside all customers.
--
-- grain    one row per segment (of segment.rfm_named) and product_key that a customer of it ever bought
-- returns  product_name, n_buyers (customers of the segment who ever bought it), n_customers (of the segment, with a basket),
--          share_buyers (0 to 1), share_all (the same of all customers with a basket), index_all (share_buyers over
--          share_all, 100 is like everybody), rank_no (1 has most buyers in the segment; ties by key)
with items as (
  select segment, unnest(products) as product_no
  from measure.basket_customers
),
everybody as (
  select product_no, count(*) as n_buyers from items group by product_no
),
inside as (
  select segment, product_no, count(*) as n_buyers
  from items
  where segment is not null
  group by segment, product_no
),
sizes as (
  select segment, count(*) as n_customers, sum(count(*)) over () as n_all
  from measure.basket_customers
  group by segment
),
shares as (
  select
    inside.segment, inside.product_no, inside.n_buyers, sizes.n_customers,
    cast(inside.n_buyers as double) / nullif(cast(sizes.n_customers as double), 0) as share_buyers,
    cast(everybody.n_buyers as double) / nullif(cast(sizes.n_all as double), 0) as share_all
  from inside
  inner join everybody on everybody.product_no = inside.product_no
  inner join sizes on sizes.segment = inside.segment
)
select
  shares.segment, numbers.product_key, numbers.product_name,
  shares.n_buyers, shares.n_customers, shares.share_buyers, shares.share_all,
  round(100 * shares.share_buyers / nullif(shares.share_all, 0), 1) as index_all,
  row_number() over (partition by shares.segment order by shares.n_buyers desc, numbers.product_key) as rank_no
from shares
inner join measure.basket_numbers as numbers on numbers.product_no = shares.product_no
