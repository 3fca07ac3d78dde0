-- Weigh each candidate by the other cells of its row: how often do they stand beside the value meant, how often beside the present one?
--
-- grain    one row per candidate and column that depends on the candidate's column or decides it
-- returns  row_id, column_no, value_id, meant_id, witness (the other column), strength (of the dependency), share_meant and
--          share_now (of the other rows of the witness's group; NULL: the
--          witness does not decide the column), share_all (of all rows of the table),
--          is_clear (nearly all of the others, two or three at least, agree, and such exceptions are errors)
with decided as ( -- What the neighbour's value says of this column; the row itself does not count.
    select k.row_id, k.column_no, k.value_id, k.meant_id, d.determinant_no as witness, d.strength,
        coalesce(cast(m.n as double), 0) / nullif(now.size - 1, 0) as share_meant, (now.n - 1.0) / nullif(now.size - 1, 0) as share_now,
        cast(v.n as double) / nullif(c.n_rows, 0) as share_all, d.is_scattered and now.size > case when b.is_empty then 2 else 3 end and m.n >= 0.9 * (now.size - 1) as is_clear
    from repair.candidates k
    join repair.dependencies d on d.dependent_no = k.column_no
    join (
        -- Few rows are in doubt; the others are out before anything is joined.
        select row_id, column_no, value_id from repair.coded where not is_empty and row_id in (select row_id from repair.candidates)
    ) w on w.row_id = k.row_id and w.column_no = d.determinant_no
    join repair.counts now on now.determinant_no = d.determinant_no and now.dependent_no = d.dependent_no
        and now.value_id = w.value_id and now.dependent_id = k.value_id
    left join repair.counts m on m.determinant_no = d.determinant_no and m.dependent_no = d.dependent_no
        and m.value_id = w.value_id and m.dependent_id = k.meant_id
    join repair.distinct_values v on v.value_id = k.meant_id
    join (select value_id, value is null as is_empty from repair.distinct_values) b on b.value_id = k.value_id
    join repair.columns c on c.column_no = k.column_no
    where now.size > 1
),
implied as ( -- What the value meant would say of the neighbour.
    select k.row_id, k.column_no, k.value_id, k.meant_id, d.dependent_no as witness, d.strength,
        coalesce(cast(m.n as double), 0) / nullif(s.size, 0) as share_meant, cast(null as double) as share_now, cast(v.n as double) / nullif(c.n_rows, 0) as share_all, false as is_clear
    from repair.candidates k
    join repair.dependencies d on d.determinant_no = k.column_no
    join (
        select row_id, column_no, value_id from repair.coded where not is_empty and row_id in (select row_id from repair.candidates)
    ) w on w.row_id = k.row_id and w.column_no = d.dependent_no
    join repair.distinct_values v on v.value_id = w.value_id
    join repair.columns c on c.column_no = w.column_no
    join (select distinct determinant_no, dependent_no, value_id, size from repair.counts) s
        on s.determinant_no = d.determinant_no and s.dependent_no = d.dependent_no and s.value_id = k.meant_id
    left join repair.counts m on m.determinant_no = d.determinant_no and m.dependent_no = d.dependent_no
        and m.value_id = k.meant_id and m.dependent_id = w.value_id
)
select * from decided union all select * from implied
