-- List the cells whose form is to be mended.
--
-- grain    one row per cell to change
-- param    apply_above   double from 0 = 0.9         less certain repairs are not made
-- param    rules_off     list of text = []    rules whose repairs are not made
-- returns  row_id, column_no, repaired (NULL: says nothing), rule, confidence
with of_values as (
    select column_no, value, repaired, rule, confidence, 1 as rank from repair.measure_fixes
    union all select column_no, value, repaired, rule, confidence, 2 from repair.shape_fixes
    union all select column_no, value, repaired, rule, confidence, 3 from repair.range_fixes
),
chosen as (
    select column_no, value, repaired, rule, confidence from (
        select *, row_number() over (partition by column_no, value order by rank, rule) as place
        from of_values where confidence >= $apply_above and not list_contains($rules_off, rule)
    ) where place = 1
),
of_rows as (
    select row_id, column_no, repaired, rule, confidence from repair.split_fixes
    where confidence >= $apply_above and not list_contains($rules_off, rule)
)
select row_id, column_no, repaired, rule, confidence from of_rows
union all
select c.row_id, c.column_no, f.repaired, f.rule, f.confidence
from repair.cells c
join chosen f on f.column_no = c.column_no and f.value = c.value
left join of_rows s on s.row_id = c.row_id and s.column_no = c.column_no
where s.row_id is null
