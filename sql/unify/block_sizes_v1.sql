-- Measure every block of records that share a key, and split those that are too large.
--
-- grain    one row per kind, value and part, blocks of two records and more
-- renewed  by block
-- param    max_block        integer from 2 = 200   a larger block is split by a second key; a part that is still larger is left out
-- returns  rank, is_split, n_records, n_pairs, is_too_large (its pairs are never compared); part is empty where the block was not split
with whole as (
  -- a kind has one rank, and the number is cheaper to group by
  select rank, max(kind) as kind, value, count(*) as n_records
  from unify.keys
  group by rank, value
  having count(*) > 1
),
split as (
  select w.rank, w.kind, w.value, coalesce(k.finer, '') as part, count(*) as n_records
  from unify.keys as k
  join whole as w on w.rank = k.rank and w.value = k.value and w.n_records > $max_block
  group by w.rank, w.kind, w.value, coalesce(k.finer, '')
),
parts as (
  select rank, kind, value, '' as part, false as is_split, n_records from whole where n_records between 2 and $max_block
  union all
  select rank, kind, value, part, true, n_records from split where n_records > 1
)
select *,
  cast(n_records as bigint) * (n_records - 1) // 2 as n_pairs,
  -- what cannot be split (no second key) is too large too
  is_split and (n_records > $max_block or part = '') as is_too_large
from parts
