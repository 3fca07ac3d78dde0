-- Set what every check found beside what it found in the runs before.
--
-- grain    one row per relation, column_name and check_name of this run, and of checks that only the run before had
-- param    least_growth double from 0 = 0.001   a share of failures that grew or shrank by less counts as the same
-- returns  sentence, severity; verdict, n, n_failed, share_failed of this run (null where it is gone), the same with _before;
--          change: first (no run before at all), new, gone, broke (passed before), mended (passes again), worse, better
--          (it ends as before, and share_failed grew or shrank), same; growth (share_failed now less before); n_runs; n_bad_runs and
--          bad_since (length and first run of the unbroken row of runs that did not pass, this one included);
--          shares (share_failed by run, oldest first, null where it could not be judged)
with now as (
  select run_id as run, relation, coalesce(column_name, '') as column_key, check_name, sentence, severity, n, n_failed,
    case when verdict <> 'error' then share_failed end as share_failed, verdict, 1 as is_now
  from audit.results
),
earlier as (
  select run, relation, coalesce(column_name, '') as column_key, check_name, sentence, severity, n, n_failed,
    case when verdict <> 'error' then share_failed end as share_failed, verdict, 0 as is_now
  from audit.earlier_results
),
everything as (
  select * from earlier
  union all
  select * from now
),
before as (
  select e.* from earlier as e
  join (select max(run) as run from earlier) as last_run on last_run.run = e.run
),
passes as (
  select relation, column_key, check_name, max(case when verdict = 'pass' then run end) as passed_in
  from everything
  group by relation, column_key, check_name
),
followed as (
  select e.relation, e.column_key, e.check_name, count(*) as n_runs,
    count(*) filter (p.passed_in is null or e.run > p.passed_in) as n_bad_runs,
    min(case when p.passed_in is null or e.run > p.passed_in then e.run end) as bad_since,
    array_agg(round(e.share_failed, 6) order by e.is_now, e.run) as shares
  from everything as e
  join passes as p on p.relation = e.relation and p.column_key = e.column_key and p.check_name = e.check_name
  group by e.relation, e.column_key, e.check_name
),
compared as (
  select
    coalesce(n.relation, b.relation) as relation, coalesce(n.column_key, b.column_key) as column_key,
    coalesce(n.check_name, b.check_name) as check_name, coalesce(n.sentence, b.sentence) as sentence,
    coalesce(n.severity, b.severity) as severity,
    n.verdict, n.n, n.n_failed, n.share_failed,
    b.verdict as verdict_before, b.n as n_before, b.n_failed as n_failed_before, b.share_failed as share_before,
    round(n.share_failed - b.share_failed, 6) as growth
  from now as n
  full join before as b on b.relation = n.relation and b.column_key = n.column_key and b.check_name = n.check_name
)
select c.relation, nullif(c.column_key, '') as column_name, c.check_name, c.sentence, c.severity,
  c.verdict, c.n, c.n_failed, c.share_failed, c.verdict_before, c.n_before, c.n_failed_before, c.share_before,
  case
    when c.verdict is null then 'gone'
    when c.verdict_before is null then case when (select count(*) from earlier) = 0 then 'first' else 'new' end
    when c.verdict <> 'pass' and c.verdict_before = 'pass' then 'broke'
    when c.verdict = 'pass' and c.verdict_before <> 'pass' then 'mended'
    when c.growth >= $least_growth then 'worse'
    when c.growth <= -$least_growth then 'better'
    else 'same' end as change,
  c.growth, f.n_runs,
  case when c.verdict <> 'pass' then f.n_bad_runs else 0 end as n_bad_runs,
  case when c.verdict <> 'pass' then f.bad_since end as bad_since,
  f.shares
from compared as c
join followed as f on f.relation = c.relation and f.column_key = c.column_key and f.check_name = c.check_name
