-- Let each shopper's process run: the moments of buying, on to 90 days after the day of the sample.
--
-- grain    one row per person_id and nth purchase
-- param    seed     integer       another seed makes other moments
-- param    as_of    date          what comes later is truth for forecasts and never written to a source
-- returns  person_id, nth (from 1), ordered_at, customer_id (the account used), is_last (drops out afterwards),
--          h (64 random bits)
-- engine   duckdb
with numbered as (
    select
        person_id,
        first_at,
        rate_per_day,
        n_until_drop_out,
        first_account,
        last_account,
        last_account_at,
        unnest(range(1, n_drawn + 1)) as nth
    from sample.shoppers
),

drawn as (
    select *, (md5_number($seed || ':purchase:' || person_id || ':' || nth) >> 64)::ubigint as h
    from numbered
),

waited as (
    -- The first order comes with the account; later ones after exponential waits, in whole seconds.
    select
        *,
        if(nth = 1, ((h >> 20) % 1800)::bigint,
            least(-ln(((h % 1048576) + 1)::double / 1048577) / rate_per_day * 86400, 1000000000)::bigint) as wait_s
    from drawn
),

timed as (
    select
        *,
        first_at + to_seconds(
            sum(wait_s) over (partition by person_id order by nth rows unbounded preceding)::bigint
        ) as ordered_at
    from waited
)

select
    person_id,
    nth,
    ordered_at,
    -- Who has a second account uses the newest.
    if(ordered_at < last_account_at, first_account, last_account) as customer_id,
    nth = n_until_drop_out as is_last,
    h
from timed
where ordered_at < $as_of + 90
