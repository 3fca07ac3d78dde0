-- Say how customers spread over the scores, and where ties leave a score empty.
--
-- grain    one row per value (recency_days, frequency, monetary) and score from 1 to bins
-- param    bins   integer from 1 to 100 = 5   scores from 1 (worst) to bins (best)
-- returns  n_customers, lowest, highest (values of those who have it; null when nobody does), n_values (different ones), largest_tie
--          (customers of one and the same value), is_skipped (nobody has it, because those of equal value stay together)
with digits as (
  select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),
scores as (
  select value_name, cast(10 * tens.digit + ones.digit as integer) as score
  from (values ('recency_days'), ('frequency'), ('monetary')) as names (value_name)
  cross join digits as ones
  cross join digits as tens
  where 10 * tens.digit + ones.digit between 1 and greatest($bins, 1)
),
long as (
  select 'recency_days' as value_name, r as score, cast(recency_days as decimal(18, 4)) as value from segment.rfm
  union all
  select 'frequency' as value_name, f as score, cast(frequency as decimal(18, 4)) as value from segment.rfm
  union all
  select 'monetary' as value_name, m as score, monetary as value from segment.rfm
),
tied as (
  select value_name, score, value, count(*) as n from long group by value_name, score, value
),
counted as (
  select
    value_name, score, cast(sum(n) as bigint) as n_customers, min(value) as lowest, max(value) as highest,
    count(*) as n_values, max(n) as largest_tie
  from tied
  group by value_name, score
)
select
  scores.value_name, scores.score,
  coalesce(counted.n_customers, 0) as n_customers,
  counted.lowest, counted.highest,
  coalesce(counted.n_values, 0) as n_values,
  counted.largest_tie,
  counted.n_customers is null and (select count(*) from segment.rfm) > 0 as is_skipped
from scores
left join counted on counted.value_name = scores.value_name and counted.score = scores.score
