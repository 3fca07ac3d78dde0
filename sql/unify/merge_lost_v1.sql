-- Estimate how many matching pairs were never compared, because no key proposed them.
--
-- grain    one row
-- returns  n_found (pairs merged by weight, twins aside), n_once, n_twice (of these proposed by one and by two kinds of key), n_missed (estimate),
--          share_missed (of found and missed, 0 to 1: recall lost), n_alone (records compared with nobody), n_records, n_pairs_skipped
--          (proposals left out as too large, over budget or split; mostly found under another key)
-- source   Chao, Estimating the population size for capture-recapture data with unequal catchability (1987)

-- Where kinds of key find matches independently, those never found follow from those found once and twice: f1 (f1 - 1) / (2 (f2 + 1)).
-- Keys are not quite independent, so it is an estimate, and a low one where records say little.
with found as (
  select count(*) as n_found, count(case when p.n_keys = 1 then 1 end) as n_once, count(case when p.n_keys = 2 then 1 end) as n_twice
  from unify.pairs as p
  join unify.scores as s on s.left_id = p.left_id and s.right_id = p.right_id
  where s.verdict = 'merge' and p.first_key <> 'twin'
),
compared as (
  select left_id as contact_id from unify.pairs
  union
  select right_id from unify.pairs
),
records as (
  select count(*) as n_records, count(case when c.contact_id is null then 1 end) as n_alone
  from unify.records as r
  left join compared as c on c.contact_id = r.contact_id
),
skipped as (
  select cast(coalesce(sum(n_pairs_too_large + n_pairs_over_budget + n_pairs_split), 0) as bigint) as n_pairs_skipped from unify.blocks
),
estimated as (
  select *, cast(round(cast(n_once as double) * greatest(n_once - 1, 0) / nullif(2.0 * (n_twice + 1), 0), 0) as bigint) as n_missed from found
)
select e.n_found, e.n_once, e.n_twice, e.n_missed,
  round(cast(e.n_missed as double) / nullif(cast(e.n_found + e.n_missed as double), 0), 6) as share_missed,
  r.n_alone, r.n_records, s.n_pairs_skipped
from estimated as e
cross join records as r
cross join skipped as s
