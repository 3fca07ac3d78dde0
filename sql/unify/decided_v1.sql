-- Find the records that decisions of people speak of; a place in a file (list.csv#7) is followed to where its record stands now.
--
-- grain    one row per line of unify.decisions whose two records are there
-- returns  left_id, right_id (left_id < right_id), decision (merge or split), line (of reviews/decisions.csv)
with places as (
  select digest, min(contact_id) as contact_id from unify.fingerprints group by digest
),
sides as (
  select line, decision, 'left' as side, left_id as given_id, nullif(left_digest, '') as digest from unify.decisions
  union all
  select line, decision, 'right', right_id, nullif(right_digest, '') from unify.decisions
),
names as (
  -- an id that holds an e-mail or phone may stand in the file as a digest
  select contact_id as name, contact_id, is_keyed, digest from unify.fingerprints
  union all
  select '~' || left(md5(contact_id), 12), contact_id, is_keyed, digest from unify.fingerprints
),
found as (
  -- a key names its record whatever it says now; a place does only while it says the same
  select s.line, s.decision, s.side,
    case when f.contact_id is not null and (f.is_keyed or s.digest is null or f.digest = s.digest) then f.contact_id
      else p.contact_id end as contact_id
  from sides as s
  left join names as f on f.name = s.given_id
  left join places as p on p.digest = s.digest
),
paired as (
  select l.line, l.decision, least(l.contact_id, r.contact_id) as left_id, greatest(l.contact_id, r.contact_id) as right_id
  from found as l
  join found as r on r.line = l.line and r.side = 'right'
  where l.side = 'left'
)
select line, decision, left_id, right_id
from paired
where left_id < right_id
