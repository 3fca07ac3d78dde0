-- Say what became of each shopper: the answer that forecasts of lifetime value are measured against.
--
-- grain    one row per person with an account in the shop
-- param    as_of    date          the day of the sample
-- returns  person_id, rate_per_day, drop_out, n_orders (before as_of), is_alive (has not dropped out by as_of),
--          n_orders_next_90_days
-- engine   duckdb
select
    shoppers.person_id,
    shoppers.rate_per_day,
    shoppers.drop_out,
    count(*) filter (where purchases.ordered_at < $as_of) as n_orders,
    not coalesce(bool_or(purchases.is_last and purchases.ordered_at < $as_of), false) as is_alive,
    count(*) filter (where purchases.ordered_at >= $as_of) as n_orders_next_90_days
from sample.shoppers
left join sample.purchases on purchases.person_id = shoppers.person_id
group by shoppers.person_id, shoppers.rate_per_day, shoppers.drop_out
