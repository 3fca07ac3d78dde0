-- List what repair changed, and what it would have changed had it been surer.
--
-- grain    one row per cell that was changed, and one per cell and proposal that was not
-- param    apply_above   double from 0 = 0.9         less certain repairs are not made
-- param    rules_off     list of text = []    rules whose repairs are not made
-- returns  row_id, column_no, before, after (NULL: emptied; of a proposal also: no better value is known), rule (of several
--          rounds the last), confidence (the least), is_applied
with applied as (
    select s.row_id, s.column_no, s.before, c.value as after, s.rule, s.confidence, true as is_applied
    from (
        select row_id, column_no, max(before) filter (where place = 1) as before, max_by(rule, round) as rule, min(confidence) as confidence
        from (select *, row_number() over (partition by row_id, column_no order by round, rule) as place from repair.steps)
        group by row_id, column_no
    ) s
    join repair.cells c on c.row_id = s.row_id and c.column_no = s.column_no and c.value is distinct from s.before
),
proposed as (
    select row_id, column_no, repaired, rule, confidence from repair.cell_fixes
    union all select row_id, column_no, repaired, rule, confidence from repair.votes
    union all select row_id, column_no, repaired, rule, confidence from repair.split_fixes
    union all
    select c.row_id, c.column_no, f.repaired, f.rule, f.confidence
    from (select * from repair.measure_fixes union all select * from repair.shape_fixes union all select * from repair.range_fixes) f
    join repair.cells c on c.column_no = f.column_no and c.value = f.value
    where f.confidence < $apply_above or list_contains($rules_off, f.rule)
    union all select row_id, column_no, repaired, rule, confidence from repair.outliers
    union all select row_id, column_no, repaired, rule, confidence from repair.disorders
)
select * from applied
union all
select p.row_id, p.column_no, c.value, p.repaired, p.rule, p.confidence, false
from proposed p
join repair.cells c on c.row_id = p.row_id and c.column_no = p.column_no
where (p.confidence < $apply_above or list_contains($rules_off, p.rule))
  and not exists (select 1 from applied a where a.row_id = p.row_id and a.column_no = p.column_no)
