-- Describe every column by what repair needs to know of it.
--
-- grain    one row per column_no
-- returns  n_rows, n_filled, n_distinct, n_repeated (rows whose value occurs again), share_top (of the most frequent value),
--          share_number (of the filled rows that hold a plain number)
select column_no, sum(n) as n_rows, coalesce(sum(n) filter (where value is not null), 0) as n_filled, count(value) as n_distinct,
    coalesce(sum(n) filter (where value is not null and n > 1), 0) as n_repeated,
    cast(max(n) as double) / nullif(sum(n), 0) as share_top,
    coalesce(cast(sum(n) filter (where regexp_full_match(value, '-?[0-9]+([.][0-9]+)?')) as double), 0)
        / nullif(sum(n) filter (where value is not null), 0) as share_number
from repair.distinct_values
group by column_no
