-- List the pairs of records worth comparing, and which keys proposed them.
--
-- grain    one row per left_id and right_id, left_id < right_id
-- renewed  by pair
-- returns  n_keys, first_key (the most telling kind; "twin" for records equal in everything)
with used as (
  select rank, kind, value, part, is_split from unify.block_parts where verdict = 'used'
),
blocked as (
  select u.rank, u.value, u.part, k.contact_id, k.is_new
  from unify.keys as k
  join used as u on u.rank = k.rank and u.value = k.value and u.part = ''
  where not u.is_split
  union all
  select u.rank, u.value, u.part, k.contact_id, k.is_new
  from unify.keys as k
  join used as u on u.rank = k.rank and u.value = k.value and u.part = k.finer
  where u.is_split
),
proposed as (
  select least(l.contact_id, r.contact_id) as left_id, greatest(l.contact_id, r.contact_id) as right_id, l.rank
  from blocked as l
  join blocked as r on r.rank = l.rank and r.value = l.value and r.part = l.part
    and (l.contact_id < r.contact_id or l.contact_id > r.contact_id and not r.is_new)
  where l.is_new
  union all
  select twin_id, contact_id, 0 from unify.records where twin_id < contact_id
),
paired as (
  select left_id, right_id, count(*) as n_keys, min(rank) as rank
  from proposed
  group by left_id, right_id
),
kinds as (
  select distinct rank, kind from used
)
select p.left_id, p.right_id, p.n_keys, coalesce(k.kind, 'twin') as first_key
from paired as p
left join kinds as k on k.rank = p.rank
