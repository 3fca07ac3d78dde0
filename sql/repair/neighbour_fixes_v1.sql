-- List the cells whose values contradict their rows and columns and are to be mended.
--
-- grain    one row per cell to change
-- param    apply_above   double from 0 = 0.9         less certain repairs are not made
-- param    rules_off     list of text = []    rules whose repairs are not made
-- returns  row_id, column_no, repaired, rule, confidence
with proposed as (
    select row_id, column_no, repaired, rule, confidence, 1 as rank from repair.votes
    union all select row_id, column_no, repaired, rule, confidence, 2 from repair.cell_fixes
)
select row_id, column_no, repaired, rule, confidence from (
    select *, row_number() over (partition by row_id, column_no order by rank, repaired) as place
    from proposed where confidence >= $apply_above and not list_contains($rules_off, rule)
) where place = 1
