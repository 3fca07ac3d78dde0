-- Hold every cell after stray forms were mended.
--
-- grain    one row per row_id and column_no
-- returns  value, rule and confidence of what mended it (NULL: nothing did)
-- param    apply_above   double = 0.9         less certain repairs are not made
-- param    rules_off     list of text = []    rules whose repairs are not made
with fixes as (
    select column_no, value, repaired, rule, confidence, 1 as rank from repair.measure_fixes
    union all select column_no, value, repaired, rule, confidence, 2 from repair.shape_fixes
    union all select column_no, value, repaired, rule, confidence, 3 from repair.range_fixes
),
first as (
    select column_no, value, repaired, rule, confidence from (
        select *, row_number() over (partition by column_no, value order by rank, rule) as place from fixes where confidence >= $apply_above and not list_contains($rules_off, rule)
    ) where place = 1
)
select c.row_id, c.column_no,
    case when s.row_id is not null then s.repaired when f.value is not null then f.repaired else c.value end as value,
    coalesce(s.rule, f.rule) as rule, coalesce(s.confidence, f.confidence) as confidence
from repair.cells c
left join first f on f.column_no = c.column_no and f.value = c.value
left join repair.split_fixes s on s.row_id = c.row_id and s.column_no = c.column_no and s.confidence >= $apply_above
    and not list_contains($rules_off, s.rule)
