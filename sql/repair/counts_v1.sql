-- Count the values of dependent columns that stand in one row, over the whole table.
--
-- grain    one row per determinant_no, dependent_no (of repair.dependencies), value_id and dependent_id
-- returns  n (rows), size (rows of value_id), top_id (commonest other value), n_top (its rows)
with counted as (
    select d.determinant_no, d.dependent_no, c.value_id, e.value_id as dependent_id, count(*) as n
    from repair.dependencies d
    join repair.coded c on c.column_no = d.determinant_no and not c.is_empty
    join repair.coded e on e.row_id = c.row_id and e.column_no = d.dependent_no
    group by d.determinant_no, d.dependent_no, c.value_id, e.value_id
)
select *, sum(n) over same as size,
    first_value(dependent_id) over (partition by determinant_no, dependent_no, value_id order by n desc, dependent_id) as top_id,
    max(n) over same as n_top
from counted
window same as (partition by determinant_no, dependent_no, value_id)
