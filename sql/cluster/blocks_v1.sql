-- Decide for every block of forms that share a key how many of its pairs are compared.
--
-- grain    one row per kind and key, blocks of two forms and more
-- param    max_hubs   integer = 20        in a large block every form is compared with this many that survive best, not with all
-- param    max_pairs  integer = 20000000  most pairs a kind of key may propose; small blocks come first
-- returns  n_forms, n_pairs (that are compared), n_left_out (pairs of the block that are not), verdict (whole, largest only, over budget)
with sized as (
    select kind, key, count(*) as n_forms
    from cluster.block_keys
    group by kind, key
    having count(*) > 1
),
counted as (
    select *, n_forms * (n_forms - 1) // 2 as n_all,
        case when n_forms <= $max_hubs + 1 then n_forms * (n_forms - 1) // 2
            else $max_hubs * n_forms - $max_hubs * ($max_hubs + 1) // 2 end as n_some
    from sized
),
running as (
    select *, sum(n_some) over (partition by kind order by n_forms, key rows unbounded preceding) as n_so_far
    from counted
),
judged as (
    select *, case when n_so_far > $max_pairs then 'over budget' when n_some < n_all then 'largest only' else 'whole' end as verdict
    from running
)
select kind, key, n_forms, cast(case when verdict = 'over budget' then 0 else n_some end as bigint) as n_pairs,
    cast(case when verdict = 'over budget' then n_all else n_all - n_some end as bigint) as n_left_out, verdict
from judged
