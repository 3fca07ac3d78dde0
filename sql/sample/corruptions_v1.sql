-- List the wrong cells: what stands in the file instead of the right value.
--
-- grain    one row per source, _row and column_name; only cells that differ from the right value
-- returns  source, _row, column_name, part (of a contact), kind (variant, noise, or both with a plus between them),
--          wrong_value (missing when the cell is empty), right_value
-- engine   duckdb
with written as (
    -- The postal list is saved in CP949, which has no accents; a spreadsheet puts question marks.
    select
        *,
        if(source = 'postal', regexp_replace(noisy_value, '[^ -~가-힣！-～㈜]', '?', 'g'), noisy_value) as wrong_value
    from sample.noisy_cells
)

select
    source,
    _row,
    column_name,
    part,
    concat_ws(
        '+',
        if(given <> right_value, variant, null),
        if(noisy_value is distinct from given, noise, null),
        if(wrong_value is distinct from noisy_value, 'lost_letters', null)
    ) as kind,
    wrong_value,
    right_value
from written
where wrong_value is distinct from right_value
