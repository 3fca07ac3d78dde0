-- Hold every cell by the number of its value.
--
-- grain    one row per row_id and column_no
-- returns  value_id, is_empty
select c.row_id, c.column_no, v.value_id, v.value is null as is_empty
from repair.cells c
join repair.distinct_values v on v.column_no = c.column_no and v.value is not distinct from c.value
