-- Let the sources vote on what is true of each thing, each with the weight of how often it agrees with the most.
--
-- grain    one row per row_id and column_no whose value is not the one voted for
-- returns  value, repaired, rule, confidence (share of the weights behind the winner, at most .97)
-- source   Dong, Berti-Equille and Srivastava (2009), Integrating Conflicting Data: votes weighted by accuracy
with told as (
    select w.column_no, s.value_id as source_id, t.value_id as thing_id, e.row_id, e.value_id, e.is_empty
    from repair.witnesses w
    join repair.coded s on s.column_no = w.source_no
    join repair.coded t on t.column_no = w.thing_no and t.row_id = s.row_id
    join repair.coded e on e.column_no = w.column_no and e.row_id = s.row_id
),
counted as (
    select column_no, thing_id, value_id, count(*) as n from told where not is_empty group by column_no, thing_id, value_id
),
first_vote as (
    select column_no, thing_id, max_by(value_id, n * 1000000000 - value_id) as value_id from counted group by column_no, thing_id
),
trust as (
    select t.source_id, (sum(case when t.value_id = f.value_id then 1 else 0 end) + 1) / nullif(cast(count(*) + 2 as double), 0) as accuracy
    from told t join first_vote f on f.column_no = t.column_no and f.thing_id = t.thing_id
    where not t.is_empty group by t.source_id
),
weighed as (
    select t.column_no, t.thing_id, t.value_id, sum(cast(round(1000 * r.accuracy * r.accuracy) as bigint)) as weight
    from told t join trust r on r.source_id = t.source_id
    where not t.is_empty group by t.column_no, t.thing_id, t.value_id
),
ranked as (
    select *, row_number() over (partition by column_no, thing_id order by weight desc, value_id) as place,
        sum(weight) over (partition by column_no, thing_id) as total from weighed
),
elected as (
    select a.column_no, a.thing_id, a.value_id, cast(a.weight as double) / nullif(a.total, 0) as share,
        a.weight >= 1.3 * coalesce(b.weight, 0) as is_clear
    from ranked a left join ranked b on b.column_no = a.column_no and b.thing_id = a.thing_id and b.place = 2
    where a.place = 1
)
select t.row_id, t.column_no, b.value, a.value as repaired,
    case when t.is_empty then 'missing value that other sources have' else 'most sources say otherwise' end as rule,
    case when e.is_clear then round(least(0.97, 0.9 + e.share / 20), 6) else 0.7 end as confidence
from told t
join elected e on e.column_no = t.column_no and e.thing_id = t.thing_id
join repair.distinct_values a on a.value_id = e.value_id
join repair.distinct_values b on b.value_id = t.value_id
where t.value_id <> e.value_id
