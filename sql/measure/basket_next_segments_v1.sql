-- Name the products to offer each RFM segment next: those that are the next product of most of its customers.
--
-- grain    one row per segment (of segment.rfm_named) and product_key in measure.next_products, at most next_max a segment
-- param    next_max  integer from 0 = 5   products a segment at most
-- returns  product_name, place (1 is best; ties by mean_score, then by key), n_offered (customers of the segment for whom it is
--          one of measure.next_products), n_first (for whom it is the first), n_customers (of the segment, with a basket),
--          share_offered (n_offered of n_customers, 0 to 1), mean_score (of n_offered), n_follows (of n_offered: because of
--          what they bought last)
with sizes as (
  select segment, count(*) as n_customers
  from measure.basket_customers
  where segment is not null
  group by segment
),
offered as (
  select
    customers.segment, nexts.product_key,
    max(nexts.product_name) as product_name,
    count(*) as n_offered,
    count(case when nexts.place = 1 then 1 end) as n_first,
    count(case when nexts.reason = 'follows' then 1 end) as n_follows,
    cast(sum(cast(nexts.score as decimal(18, 9))) as double) as all_scores
  from measure.next_products as nexts
  inner join measure.basket_customers as customers on customers.customer_id = nexts.customer_id
  where customers.segment is not null
  group by customers.segment, nexts.product_key
),
scored as (
  select *, all_scores / nullif(cast(n_offered as double), 0) as mean_score from offered
),
ranked as (
  select *, row_number() over (partition by segment order by n_offered desc, mean_score desc, product_key) as place
  from scored
)
select
  ranked.segment, ranked.product_key, ranked.product_name, ranked.place,
  ranked.n_offered, ranked.n_first, sizes.n_customers,
  cast(ranked.n_offered as double) / nullif(cast(sizes.n_customers as double), 0) as share_offered,
  ranked.mean_score, ranked.n_follows
from ranked
inner join sizes on sizes.segment = ranked.segment
where ranked.place <= $next_max
