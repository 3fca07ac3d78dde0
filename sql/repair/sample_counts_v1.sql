-- Count which values of two columns stand in one row, to find columns that depend on each other.
--
-- grain    one row per determinant_no, dependent_no, value_id and dependent_id; of a large table a sample of the values with all their rows
-- param    most_pairs   integer = 10000000   about so many pairs of cells are counted over all columns
-- returns  n (rows)
with causes as ( -- A column can tell of another only where its values come again; a constant tells of nothing.
    select column_no, n_rows from repair.columns where n_distinct >= 2 and n_repeated >= 0.5 * n_rows and share_top < 0.95
),
effects as (
    select column_no from repair.columns where n_distinct >= 2 and n_distinct < 0.9 * n_rows
),
sampled as (
    select c.column_no, 1 + max(c.n_rows) over () * (select count(*) from causes) * (select count(*) from effects)
        // nullif($most_pairs, 0) as one_of
    from causes c
)
select c.column_no as determinant_no, e.column_no as dependent_no, c.value_id, e.value_id as dependent_id, count(*) as n
from repair.coded c
join sampled a on a.column_no = c.column_no and c.value_id % a.one_of = 0
join repair.coded e on e.row_id = c.row_id and e.column_no <> c.column_no
join effects b on b.column_no = e.column_no
where not c.is_empty
group by c.column_no, e.column_no, c.value_id, e.value_id
