-- Find for every kind of key where its budget of pairs ends.
--
-- grain    one row per kind that proposes more pairs than it may
-- renewed  when learning
-- param    pairs_per_record double from 0 = 1.5    most pairs a kind of key may propose, as a multiple of the records
-- param    weak_pairs_per_record double from 0 = 0.3  the same for kinds of rank 13 to 29 and 60 and up, which propose many pairs and few matches
-- param    min_pairs        integer from 0 = 50000  a kind may always propose this many pairs
-- returns  kind, n_records, value and part of the first block that is beyond it; small blocks come first: a rare value says more
with running as (
  select *, sum(n_pairs) over (partition by kind order by n_records, value, part rows unbounded preceding) as n_pairs_so_far
  from unify.block_sizes
  where not is_too_large
),
beyond as (
  select kind, min(n_pairs_so_far) as n_pairs_so_far
  from running
  where n_pairs_so_far > greatest(
    $min_pairs,
    (case when rank between 13 and 29 or rank >= 60 then $weak_pairs_per_record else $pairs_per_record end) * (select max(n_records) from unify.scale)
  )
  group by kind
)
select r.kind, r.n_records, r.value, r.part
from running as r
join beyond as b on b.kind = r.kind and b.n_pairs_so_far = r.n_pairs_so_far
