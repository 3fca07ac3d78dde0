-- List what each doubtful cell might have been: the commonest value beside its neighbours, or a frequent value one typing error away.
--
-- grain    one row per row_id, column_no and meant_id
-- returns  value_id (now), typo_confidence and typo_rule (0 and NULL where no typing error is near), is_like (few letters differ, and the
--          value now is the rule nowhere)
with decided as (
    select k.row_id, d.dependent_no as column_no, e.value_id, n.top_id as meant_id
    from repair.dependencies d
    join repair.coded k on k.column_no = d.determinant_no and not k.is_empty
    join repair.coded e on e.row_id = k.row_id and e.column_no = d.dependent_no
    join repair.counts n on n.determinant_no = d.determinant_no and n.dependent_no = d.dependent_no and n.value_id = k.value_id and n.dependent_id = e.value_id
    join repair.distinct_values t on t.value_id = n.top_id
    where e.value_id <> n.top_id and n.n_top >= 2 and n.n_top >= 0.6 * (n.size - 1) and t.value is not null
),
mistyped as (
    select c.row_id, c.column_no, c.value_id, t.meant_id, t.confidence, t.rule
    from repair.typos t join repair.coded c on c.value_id = t.value_id
),
known as (
    select distinct top_id as value_id from repair.counts where size > 2 and n_top * 2 > size
),
found as (
    select row_id, column_no, value_id, meant_id, max(confidence) as typo_confidence, min(rule) as typo_rule
    from (select *, 0.0 as confidence, null as rule from decided union all select * from mistyped)
    group by row_id, column_no, value_id, meant_id
)
select f.row_id, f.column_no, f.value_id, f.meant_id, f.typo_confidence, f.typo_rule,
    -- Other digits are another thing; a letter among digits is an error.
    k.value_id is null and not (length(regexp_replace(b.value, '[^0-9]', '', 'g')) = length(regexp_replace(a.value, '[^0-9]', '', 'g'))
        and regexp_replace(b.value, '[^0-9]', '', 'g') <> regexp_replace(a.value, '[^0-9]', '', 'g'))
    and coalesce(damerau_levenshtein(lower(left(b.value, 100)), lower(left(a.value, 100))) <= greatest(1, length(left(a.value, 100)) // 3), false) as is_like
from found f
join repair.distinct_values b on b.value_id = f.value_id
join repair.distinct_values a on a.value_id = f.meant_id
left join known k on k.value_id = f.value_id
