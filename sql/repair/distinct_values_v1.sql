-- Number the values of every column, the most frequent first.
--
-- grain    one row per column_no and value; a column's empty cells are one value (NULL)
-- returns  column_no, value, n (rows), value_id (of all columns together; numbers compare faster than texts)
with counted as (
    select column_no, value, count(*) as n from repair.cells group by column_no, value
)
select column_no, value, n, row_number() over (order by column_no, n desc, value) as value_id from counted
