-- Say for every threshold how often it would agree with what people decided.
--
-- grain    one row per merge_above: each probability that a decided pair has
-- returns  n_right, n_wrong (pairs at least so probable that are, and are not, one customer), n_missed (one customer, less probable),
--          precision, recall, f1 (null where nothing is merged), is_best (the largest f1; of equals the higher threshold)
with known as (
  select match_probability, is_same from unify.labels where match_probability is not null
),
totals as (
  select count(*) filter (is_same) as n_same from known
),
steps as (
  select match_probability as merge_above, count(*) filter (is_same) as n_same, count(*) filter (not is_same) as n_other
  from known
  group by match_probability
),
summed as (
  select s.merge_above, t.n_same as n_all,
    sum(s.n_same) over (order by s.merge_above desc rows between unbounded preceding and current row) as n_right,
    sum(s.n_other) over (order by s.merge_above desc rows between unbounded preceding and current row) as n_wrong
  from steps as s
  cross join totals as t
),
judged as (
  select merge_above, cast(n_right as bigint) as n_right, cast(n_wrong as bigint) as n_wrong,
    cast(n_all - n_right as bigint) as n_missed,
    round(n_right / nullif(n_right + n_wrong, 0), 6) as precision, round(n_right / nullif(n_all, 0), 6) as recall,
    round(2 * n_right / nullif(n_right + n_wrong + n_all, 0), 6) as f1
  from summed
)
select *, row_number() over (order by f1 desc nulls last, merge_above desc) = 1 as is_best from judged
