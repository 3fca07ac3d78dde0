-- List the values of columns that have few.
--
-- grain    one row per value of a column with at most 60 values, each of which stands 3 times on average
-- returns  n (rows), first_no and last_no (rows between which it stands)
select f.column_no, f.value, f.n, f.first_no, f.last_no
from draft.forms f
join draft.columns c on c.column_no = f.column_no
where c.n_distinct <= 60 and c.n_filled >= 3 * c.n_distinct
