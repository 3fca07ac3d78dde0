-- Find tables in which several sources tell of the same things: one column names the source, one the thing, and each says each once.
--
-- grain    one row per column whose values the sources should agree on
-- returns  source_no, thing_no, column_no (the columns), n_things, n_sources
with texts as (
    select c.* from repair.columns c where c.n_filled = c.n_rows and c.share_number < 0.5 and c.n_distinct >= 3 and c.n_distinct <= 0.5 * c.n_rows
      and not exists (select 1 from repair.distinct_values v where v.column_no = c.column_no and regexp_matches(v.value, '^[0-9]{1,4}[-./년]'))
),
paired as (
    select s.column_no as source_no, t.column_no as thing_no, s.n_rows, s.n_distinct as n_sources, t.n_distinct as n_things
    from texts s join texts t on t.column_no <> s.column_no and t.n_distinct > s.n_distinct
    where s.n_rows >= 4 * t.n_distinct and t.n_distinct >= 5
      and s.n_rows >= 0.3 * s.n_distinct * t.n_distinct and s.n_rows <= s.n_distinct * t.n_distinct
),
named as (
    select p.source_no, p.thing_no, p.n_sources, p.n_things
    from paired p
    join repair.coded s on s.column_no = p.source_no
    join repair.coded t on t.column_no = p.thing_no and t.row_id = s.row_id
    group by p.source_no, p.thing_no, p.n_sources, p.n_things, p.n_rows
    having count(distinct s.value_id * 1000000000 + t.value_id) >= 0.99 * p.n_rows
),
told as (
    select n.source_no, n.thing_no, n.n_sources, n.n_things, e.column_no, t.value_id as thing_id, e.value_id, count(*) as n
    from named n
    join repair.coded t on t.column_no = n.thing_no
    join repair.coded e on e.row_id = t.row_id and e.column_no <> n.thing_no and e.column_no <> n.source_no and not e.is_empty
    group by n.source_no, n.thing_no, n.n_sources, n.n_things, e.column_no, t.value_id, e.value_id
),
tops as (
    select source_no, thing_no, n_sources, n_things, column_no, thing_id, sum(n) as n, max(n) as n_top, max_by(value_id, n * 1000000000 - value_id) as top_id
    from told group by source_no, thing_no, n_sources, n_things, column_no, thing_id
),
judged as (
    -- Facts about things differ from thing to thing. Measures may rightly differ from source to source, as prices do.
    select t.source_no, t.thing_no, t.column_no, t.n_things, t.n_sources
    from tops t join repair.columns c on c.column_no = t.column_no
    where c.n_distinct < 0.9 * c.n_filled
    group by t.source_no, t.thing_no, t.column_no, t.n_things, t.n_sources, c.share_top, c.share_number
    having count(distinct t.top_id) >= 0.3 * t.n_things
       and cast(sum(t.n_top) as double) / nullif(sum(t.n), 0) - c.share_top >= case when c.share_number > 0.5 then 0.8 else 0.3 end * (1 - c.share_top)
)
select source_no, thing_no, column_no, n_things, n_sources from judged
