-- Count the numbers missing from series that rise by one from row to row.
--
-- grain    one row per column_no whose whole numbers rise by one in nearly all rows
-- returns  n_gaps (places where numbers are left out), n_skipped (numbers left out there), after (the last number before the first gap)
with stepped as (
    select column_no, x, x - lag(x) over (partition by column_no order by x, first_no) as step,
        first_no - lag(first_no) over (partition by column_no order by x, first_no) as step_no
    from draft.points where x = floor(x)
)
select column_no, count(*) filter (where step > 1) as n_gaps, cast(coalesce(sum(step - 1) filter (where step > 1), 0) as bigint) as n_skipped,
    min(x - step) filter (where step > 1) as after
from stepped
group by column_no
having count(*) >= 100 and count(*) filter (where step = 1 and step_no = 1) >= 0.99 * count(*)
