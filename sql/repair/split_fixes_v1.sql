-- Part cells that hold the value of an empty neighbouring column as well: city "Boulder CO" beside an empty state.
--
-- grain    one row per cell to change, both the parted and the filled one
-- returns  row_id, column_no, value (as formed), repaired, rule, confidence
with codes as ( -- Columns of few short words without spaces, filled in most rows.
    select v.column_no, v.value, v.n
    from repair.distinct_values v join repair.columns c on c.column_no = v.column_no
    where v.value is not null and c.n_filled >= 0.5 * c.n_rows and c.n_repeated >= 0.8 * c.n_filled and c.n_distinct <= 1000
      and c.share_number < 0.1 and v.n > 1 and not contains(v.value, ' ')
),
tails as (
    select v.column_no, v.value, v.value_id, regexp_extract(v.value, '^(.+?)[ ,/;-]+([^ ,/;-]+)$', 1) as head,
        regexp_extract(v.value, '^(.+?)[ ,/;-]+([^ ,/;-]+)$', 2) as tail
    from repair.distinct_values v where v.value is not null and strlen(v.value) <= 200 and regexp_matches(v.value, '[ ,/;-][^ ,/;-]+$')
),
found as (
    select c.row_id, t.column_no, e.column_no as code_column, t.value, t.head, t.tail
    from tails t
    join codes k on k.value = t.tail and k.column_no <> t.column_no
    join repair.cells c on c.column_no = t.column_no and c.value = t.value
    join repair.cells e on e.row_id = c.row_id and e.column_no = k.column_no and e.value is null
),
counted as ( -- It is a habit only if it happens often, with several words, and the column holds such words nowhere else.
    select f.column_no, f.code_column, count(*) as n, count(distinct f.tail) as n_tails
    from found f group by f.column_no, f.code_column
),
elsewhere as (
    select t.column_no, k.column_no as code_column, count(*) as n
    from tails t join codes k on k.value = t.tail and k.column_no <> t.column_no
    join repair.cells c on c.column_no = t.column_no and c.value = t.value
    group by t.column_no, k.column_no
),
sure as (
    select f.* from found f
    join counted n on n.column_no = f.column_no and n.code_column = f.code_column
    join elsewhere e on e.column_no = f.column_no and e.code_column = f.code_column
    where n.n >= 3 and n.n_tails >= 2 and n.n >= 0.9 * e.n
)
select row_id, column_no, value, head as repaired, 'value of another column at its end' as rule, 0.95 as confidence from sure
union all select row_id, code_column, null, tail, 'value found in another column', 0.95 from sure
