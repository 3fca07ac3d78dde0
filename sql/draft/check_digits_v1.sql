-- Judge long digit codes by the check digit that cards, SIM cards and registers of persons and firms end in.
--
-- grain    one row per column_no of codes with 10 to 19 digits, and prefix ('80840' is put before American provider numbers)
-- returns  n (rows), n_wrong (whose last digit does not fit)
-- source   Luhn, US patent 2950048 (1960)
-- engine   duckdb
with codes as (
    select f.column_no, f.n, f.value, p.prefix, reverse(p.prefix || f.value) as digits
    from draft.forms f
    join draft.columns c on c.column_no = f.column_no
    cross join (select unnest(['', '80840']) as prefix) p
    where regexp_full_match(f.value, '[0-9]{10,19}') and c.n_distinct >= 50
),
summed as (
    select column_no, prefix, n, list_sum(list_transform(range(1, length(digits) + 1),
        lambda i: case when i % 2 = 1 then cast(substr(digits, i, 1) as integer)
            else (cast(substr(digits, i, 1) as integer) * 2) % 10 + (cast(substr(digits, i, 1) as integer) * 2) // 10 end)) as total
    from codes
)
select column_no, prefix, cast(sum(n) as bigint) as n, cast(coalesce(sum(n) filter (where total % 10 <> 0), 0) as bigint) as n_wrong
from summed
group by column_no, prefix
