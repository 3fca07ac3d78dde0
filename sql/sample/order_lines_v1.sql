-- Fill every order with one to four products.
--
-- grain    one row per order_id and line_no
-- param    seed     integer       another seed fills other baskets
-- param    as_of    date          only orders before this day
-- returns  person_id, nth (the purchase), line_no, sku, product_name, category, quantity, unit_price, line_total (KRW)
-- engine   duckdb
with lines as (
    select
        person_id,
        nth,
        -- A shopper has a favourite shelf, so that baskets of one person look alike.
        unnest(range(1, 2 + least((h >> 40) % 4, (h >> 42) % 4)::bigint)) as line_no
    from sample.purchases
    where ordered_at < $as_of
),

drawn as (
    select *, (md5_number($seed || ':line:' || person_id || ':' || nth || ':' || line_no) >> 64)::ubigint as h
    from lines
),

products as (
    select *, row_number() over (order by product_key) - 1 as place, price::decimal(18, 2) as unit_price
    from sample.products
),

shelf as (
    select count(*) as n_places from sample.products
),

picked as (
    select
        drawn.*,
        1 + if((h >> 24) % 4 = 0, (h >> 28) % 3, 0)::int as quantity,
        -- Half the lines come from ten neighbours on the shelf, at a place that the person's number gives.
        if(h % 2 = 0, person_id * 7 + ((h >> 4) % 10)::bigint, ((h >> 4) % 1000)::bigint) % n_places as place
    from drawn
    cross join shelf
)

select
    picked.person_id,
    picked.nth,
    picked.line_no,
    products.product_key as sku,
    products.product_name,
    products.category,
    picked.quantity,
    products.unit_price,
    (products.unit_price * picked.quantity)::decimal(18, 2) as line_total
from picked
join products on products.place = picked.place
