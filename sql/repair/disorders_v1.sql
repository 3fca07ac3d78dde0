-- Find rows in which two dates stand in an order that hardly any other row has: shipped before ordered.
--
-- grain    one row per cell of the later column of such a pair
-- returns  row_id, column_no, value, repaired (NULL: no better value is known), rule, confidence
with dates as (
    select v.column_no, v.value, try_cast(v.value as timestamp) as moment
    from repair.distinct_values v where regexp_matches(v.value, '^[0-9]{4}-[0-9]{2}-[0-9]{2}')
),
columns as (
    select d.column_no
    from dates d
    join repair.distinct_values v on v.column_no = d.column_no and v.value = d.value
    join repair.columns c on c.column_no = d.column_no
    where d.moment is not null
    group by d.column_no, c.n_filled
    having sum(v.n) >= 0.9 * c.n_filled and sum(v.n) >= 30
),
moments as (
    select c.row_id, c.column_no, c.value, d.moment
    from repair.cells c
    join columns k on k.column_no = c.column_no
    join dates d on d.column_no = c.column_no and d.value = c.value
),
paired as (
    select a.row_id, a.column_no as early_no, b.column_no as late_no, b.value, a.moment > b.moment as is_disordered
    from moments a
    join moments b on b.row_id = a.row_id and b.column_no <> a.column_no
    where a.moment <> b.moment
),
habits as (
    select early_no, late_no from paired group by early_no, late_no
    having count(*) >= 30 and sum(case when is_disordered then 1 else 0 end) between 1 and 0.01 * count(*)
)
select p.row_id, p.late_no as column_no, min(p.value) as value, cast(null as varchar) as repaired,
    'earlier than a date it always follows' as rule, 0.5 as confidence
from paired p
join habits h on h.early_no = p.early_no and h.late_no = p.late_no
where p.is_disordered
group by p.row_id, p.late_no
