-- Say where the numbers and moments of a column lie.
--
-- grain    one row per column_no of draft.points
-- returns  q01, q50, q99 (quantiles of rows), least, greatest, n_points (different numbers), n_rows, n_negative, n_above_hundred (rows),
--          n_greatest (rows that hold the largest), n_often (most rows of any other), is_ascending (larger is later in the table)
-- source   quantiles by cumulated counts (inverse of the empirical distribution)
with placed as (
    select *, sum(n) over (partition by column_no order by x) as upto, sum(n) over (partition by column_no) as total,
        max(x) over (partition by column_no) as greatest,
        lag(first_no) over (partition by column_no order by x, first_no) as before_no
    from draft.points
)
select column_no, min(x) filter (where upto >= 0.01 * total) as q01, min(x) filter (where upto >= 0.5 * total) as q50,
    min(x) filter (where upto >= 0.99 * total) as q99, min(x) as least, max(x) as greatest, count(*) as n_points, cast(max(total) as bigint) as n_rows,
    cast(coalesce(sum(n) filter (where x < 0), 0) as bigint) as n_negative,
    cast(coalesce(sum(n) filter (where x > 100), 0) as bigint) as n_above_hundred,
    cast(coalesce(sum(n) filter (where x = greatest), 0) as bigint) as n_greatest,
    cast(coalesce(max(n) filter (where x < greatest), 0) as bigint) as n_often,
    count(*) filter (where before_no > first_no) = 0 as is_ascending
from placed
group by column_no
