-- Give every shopper a buying process: orders come at a rate of their own until a silent drop-out after one of them.
--
-- grain    one row per person with an account in the shop
-- param    seed     integer       another seed makes other shoppers
-- returns  person_id, first_at, rate_per_day (gamma distributed, shape 1/2, mean 1/25), drop_out (probability after an
--          order; beta distributed, 1 and 5), n_until_drop_out (orders there would be), n_drawn (as many of them
--          as can happen), first_account, last_account (keys of the shop, mostly the same), last_account_at
-- source   Fader, Hardie and Lee, "Counting Your Customers" the Easy Way (2005)
-- engine   duckdb
with accounts as (
    select
        person_id,
        min(created_at) as first_at,
        min_by(source_key::bigint, _row) as first_account,
        max_by(source_key::bigint, _row) as last_account,
        max(created_at) as last_account_at
    from sample.records
    where source = 'shop_customers'
    group by person_id
),

drawn as (
    -- Random numbers above 0 and up to 1.
    select *, (md5_number($seed || ':shopper:' || person_id) >> 64)::ubigint as n
    from accounts
),

uniform as (
    select
        *,
        (n % 65536 + 1)::double / 65536 as u1,
        ((n >> 16) % 65536 + 1)::double / 65536 as u2,
        ((n >> 32) % 65536 + 1)::double / 65537 as u3,
        ((n >> 48) % 65536 + 1)::double / 65537 as u4
    from drawn
),

processes as (
    -- Half the square of a normal number (Box and Muller) is gamma distributed with shape 1/2.
    select
        *,
        (-2 * ln(u1) * cos(2 * pi() * u2) * cos(2 * pi() * u2)) / 2 / 12.5 + 0.0005 as rate_per_day,
        1 - pow(1 - u3, 1.0 / 5) as drop_out
    from uniform
)

select
    person_id,
    first_at,
    rate_per_day,
    drop_out,
    -- The number of orders until a drop-out is geometrically distributed. Of those that could not happen within the 820
    -- days before the end of the forecast, seven standard deviations above the mean of a Poisson count, none is drawn.
    (1 + floor(ln(u4) / ln(1 - drop_out)))::bigint as n_until_drop_out,
    least(
        1 + floor(ln(u4) / ln(1 - drop_out)),
        ceil(10 + rate_per_day * 820 + 7 * sqrt(rate_per_day * 820))
    )::bigint as n_drawn,
    first_account,
    last_account,
    last_account_at
from processes
