-- Show for every kind of key how many pairs it proposes and how many were left out, so that nothing is silent.
--
-- grain    one row per kind of key
-- param    max_block integer from 2 = 200   as in unify.block_parts
-- returns  rank, n_records (with this key), n_values, n_blocks (values shared by two records and more), largest_block,
--          n_pairs (compared), n_pairs_too_large, n_pairs_over_budget, n_pairs_split (pairs of large blocks across their parts)
with whole as (
  select rank, kind, value, count(*) as n_records
  from unify.keys
  group by rank, kind, value
),
kinds as (
  select rank, kind,
    sum(n_records) as n_records, count(*) as n_values,
    count(*) filter (n_records > 1) as n_blocks, max(n_records) as largest_block,
    sum(case when n_records > $max_block then n_records * (n_records - 1) // 2 else 0 end) as n_large_pairs
  from whole
  group by rank, kind
),
parts as (
  select kind,
    sum(case when verdict = 'used' then n_pairs else 0 end) as n_pairs,
    sum(case when verdict = 'too large' then n_pairs else 0 end) as n_pairs_too_large,
    sum(case when verdict = 'over budget' then n_pairs else 0 end) as n_pairs_over_budget,
    sum(case when is_split then n_pairs else 0 end) as n_split_pairs
  from unify.block_parts
  group by kind
)
select k.rank, k.kind, cast(k.n_records as bigint) as n_records, k.n_values, k.n_blocks, k.largest_block,
  cast(coalesce(p.n_pairs, 0) as bigint) as n_pairs,
  cast(coalesce(p.n_pairs_too_large, 0) as bigint) as n_pairs_too_large,
  cast(coalesce(p.n_pairs_over_budget, 0) as bigint) as n_pairs_over_budget,
  cast(k.n_large_pairs - coalesce(p.n_split_pairs, 0) as bigint) as n_pairs_split
from kinds as k
left join parts as p on p.kind = k.kind
