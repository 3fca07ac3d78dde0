-- Hold the cells of columns whose values come again, by the numbers of their values.
--
-- grain    one row per row_id and column_no; columns of keys and free texts say nothing of each other and are left out
-- returns  value_id, is_empty
select c.row_id, c.column_no, v.value_id, v.value is null as is_empty
from repair.cells c
join repair.columns k on k.column_no = c.column_no and k.n_distinct >= 1 and k.n_distinct < 0.9 * k.n_rows
join repair.distinct_values v on v.column_no = c.column_no and v.value is not distinct from c.value
