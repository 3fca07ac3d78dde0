-- Choose for every doubtful cell the value that its row speaks for.
--
-- grain    one row per cell with a candidate that has more for it than against it
-- returns  row_id, column_no, value, repaired, rule, confidence
with witnesses as ( -- Two dependencies between the same columns are one witness.
    select e.row_id, e.column_no, e.value_id, e.meant_id, e.witness, max(e.strength) as strength,
        avg(e.share_meant) as share_meant, min(e.share_all) as share_all, coalesce(avg(e.share_now), 0) as share_now, bool_or(e.is_clear) as is_clear
    from repair.evidence e
    group by e.row_id, e.column_no, e.value_id, e.meant_id, e.witness
),
weighed as (
    -- A neighbour that looks mistyped itself does not speak against.
    select e.row_id, e.column_no, e.value_id, e.meant_id, sum(e.strength * (e.share_meant - e.share_now)) as gain,
        count(*) filter (where e.share_meant > 0.5) as n_for,
        -- What most rows of the table agree on tells nothing of this one.
        count(*) filter (where e.share_meant > 0.5 and e.share_all < 0.5) as n_telling,
        bool_or(e.is_clear) as is_clear,
        count(*) filter (where e.share_meant < 0.1 and d.row_id is null) as n_against,
        count(*) filter (where e.share_now > greatest(0.5, e.share_meant)) as n_defending
    from witnesses e
    left join (select distinct row_id, column_no from repair.candidates where is_like) d
        on d.row_id = e.row_id and d.column_no = e.witness
    group by e.row_id, e.column_no, e.value_id, e.meant_id
),
compared as (
    select k.row_id, k.column_no, k.typo_confidence, k.typo_rule, k.is_like, b.value, a.value as repaired, a.n as n_meant,
        coalesce(w.n_for, 0) as n_for, coalesce(w.n_telling, 0) as n_telling, coalesce(w.n_against, 0) as n_against, coalesce(w.n_defending, 0) as n_defending,
        coalesce(w.gain, 0) as gain, coalesce(w.is_clear, false) as is_clear
    from repair.candidates k
    join repair.distinct_values b on b.value_id = k.value_id
    join repair.distinct_values a on a.value_id = k.meant_id
    left join weighed w on w.row_id = k.row_id and w.column_no = k.column_no and w.value_id = k.value_id and w.meant_id = k.meant_id
),
judged as (
    select *, case
            when n_against > 0 or n_defending > 0 then 0.5
            when n_for > 0 and gain > 0.5 and is_like then 0.97
            when n_telling > 1 and gain > 1.2 then 0.95
            when n_telling > 0 and gain > 0.8 then greatest(typo_confidence, case when is_clear then 0.9 else 0.8 end)
            else typo_confidence end as sure,
        case when value is null then 'missing value that others of its group have'
             when n_for > 0 and gain > 0.5 then 'unlike the others of its group' else typo_rule end as rule
    from compared
),
ranked as (
    select *, row_number() over (partition by row_id, column_no order by sure desc, gain desc, n_meant desc, repaired) as place from judged
),
others as (
    -- A row that differs from its group in several known ways is another thing, not an error, unless one change mends it all.
    select row_id, list(n_telling order by n_telling desc) as ranks
    from ranked where place = 1 and sure > 0.5 and not is_like and value is not null group by row_id
)
select r.row_id, r.column_no, r.value, r.repaired, r.rule,
    round(case when r.is_like or r.value is null or o.row_id is null then r.sure
               when r.n_telling > coalesce(o.ranks[2], 0) + 1 then r.sure else least(r.sure, 0.6) end, 6) as confidence
from ranked r
left join others o on o.row_id = r.row_id
where r.place = 1 and r.sure >= 0.5 and r.rule is not null
