-- Count the masks of every column, and the same with runs shortened.
--
-- grain    one row per column_no, is_short and mask, the 40 commonest of a column
-- returns  n (rows), n_values, place (1: the commonest), least (the first of its values)
with counted as (
    select column_no, false as is_short, mask, sum(n) as n, count(*) as n_values, min(value) as least from draft.forms group by column_no, mask
    union all
    select column_no, true, shape, sum(n), count(*), min(value) from draft.forms group by column_no, shape
),
ranked as (
    select *, row_number() over (partition by column_no, is_short order by n desc, mask) as place from counted
)
select column_no, is_short, mask, cast(n as bigint) as n, n_values, least, place from ranked where place <= 40
