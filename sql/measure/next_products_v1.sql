-- Name the products that each customer is most likely to buy next, of those they never bought, and say why.
--
-- grain    one row per customer_id and product_key, at most next_max a customer
-- param    next_max  integer from 0 = 5   products a customer at most
-- returns  product_name, place (1 is best), reason (follows: bought next by many who bought because_key, which the customer
--          bought last; popular: bought by many of the customer's segment), because_key, because_name (of the product; null
--          when popular), score (0 to 1: the confidence of measure.basket_next; share_buyers of measure.basket_segments when
--          popular), lift (null when popular), n_seen (next purchases, or buyers, the score rests on)

-- A customer's last counted basket decides, and the ten best followers of each product in it, of those that chance does not
-- explain; a product's best reason wins. What places are left go to what the segment buys: the two scores cannot be compared.
with rules as (
  select
    here.product_no, nexts.product_no as next_no, found.product_key, found.product_name, found.next_key, found.next_name,
    found.confidence, found.lift, found.n_next,
    row_number() over (partition by found.product_key order by found.confidence desc, found.lift desc, found.next_key) as place
  from measure.basket_next as found
  inner join measure.basket_numbers as here on here.product_key = found.product_key
  inner join measure.basket_numbers as nexts on nexts.product_key = found.next_key
  where found.product_key <> found.next_key and found.is_beyond_chance
),
reasons as (
  select
    lasts.customer_id, rules.next_no, rules.product_no, rules.confidence, rules.lift,
    row_number() over (
      partition by lasts.customer_id, rules.next_no order by rules.confidence desc, rules.lift desc, rules.product_no
    ) as place
  from (select customer_id, products, unnest(last_products) as product_no from measure.basket_customers) as lasts
  inner join rules on rules.product_no = lasts.product_no and rules.place <= 10
  where not array_contains(lasts.products, rules.next_no)
),
followers as (
  select *, row_number() over (partition by customer_id order by confidence desc, lift desc, next_no) as rank_no
  from reasons
  where place = 1
),
had as (
  select customer_id, count(*) as n, array_agg(next_no) as products
  from followers
  where rank_no <= $next_max
  group by customer_id
),
popular as (
  select
    customers.customer_id, tops.product_key, tops.product_name, tops.share_buyers, tops.n_buyers,
    coalesce(had.n, 0)
      + row_number() over (partition by customers.customer_id order by tops.rank_no, tops.product_key) as place
  from measure.basket_customers as customers
  left join had on had.customer_id = customers.customer_id
  inner join measure.basket_segments as tops on tops.segment = customers.segment and tops.rank_no <= 20
  inner join measure.basket_numbers as numbers on numbers.product_key = tops.product_key
  where coalesce(had.n, 0) < $next_max
    and not array_contains(customers.products, numbers.product_no)
    and not coalesce(array_contains(had.products, numbers.product_no), false)
)
select
  followers.customer_id, rules.next_key as product_key, rules.next_name as product_name, followers.rank_no as place,
  'follows' as reason, rules.product_key as because_key, rules.product_name as because_name,
  rules.confidence as score, rules.lift, rules.n_next as n_seen
from followers
inner join rules on rules.product_no = followers.product_no and rules.next_no = followers.next_no
where followers.rank_no <= $next_max
union all
select
  customer_id, product_key, product_name, place,
  'popular' as reason, null as because_key, null as because_name,
  share_buyers as score, null as lift, n_buyers as n_seen
from popular
where place <= $next_max
