-- Decide for every block of records that share a key whether its pairs are compared.
--
-- grain    one row per kind, value and part, blocks of two records and more
-- param    max_block        integer from 2 = 200   a larger block is split by a second key; a part that is still larger is left out
-- param    pairs_per_record double from 0 = 1.5    most pairs a kind of key may propose, as a multiple of the records
-- param    weak_pairs_per_record double from 0 = 0.3  the same for kinds of rank 13 to 29 and 60 and up, which propose many pairs and few matches
-- param    min_pairs        integer from 0 = 50000  a kind may always propose this many pairs
-- returns  rank, n_records, n_pairs, verdict (used, too large, over budget); part is empty where the block was not split
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
),
sized as (
  select *,
    cast(n_records as bigint) * (n_records - 1) // 2 as n_pairs,
    -- what cannot be split (no second key) is too large too
    is_split and (n_records > $max_block or part = '') as is_too_large
  from parts
),
running as (
  select *,
    -- small blocks first: a rare value says more
    sum(case when is_too_large then 0 else n_pairs end) over (
      partition by kind order by n_records, value, part rows unbounded preceding
    ) as n_pairs_so_far
  from sized
)
select rank, kind, value, part, is_split, n_records, n_pairs,
  case
    when is_too_large then 'too large'
    when n_pairs_so_far > greatest(
      $min_pairs,
      (case when rank between 13 and 29 or rank >= 60 then $weak_pairs_per_record else $pairs_per_record end) * (select count(*) from unify.records)
    ) then 'over budget'
    else 'used'
  end as verdict
from running
