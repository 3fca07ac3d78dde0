-- Hold every cell after values that contradict their rows and columns were mended.
--
-- grain    one row per row_id and column_no
-- param    apply_above   double = 0.9         less certain repairs are not made
-- param    rules_off     list of text = []    rules whose repairs are not made
-- returns  value, rule and confidence of what mended it (NULL: nothing did)
with proposed as (
    select row_id, column_no, repaired, rule, confidence, 1 as rank from repair.votes
    union all select row_id, column_no, repaired, rule, confidence, 2 from repair.cell_fixes
),
fixes as (
    select * from (
        select *, row_number() over (partition by row_id, column_no order by rank, repaired) as place from proposed where confidence >= $apply_above and not list_contains($rules_off, rule)
    ) where place = 1
)
select c.row_id, c.column_no, case when f.row_id is null then c.value else f.repaired end as value, f.rule, f.confidence
from repair.cells c
left join fixes f on f.row_id = c.row_id and f.column_no = c.column_no
