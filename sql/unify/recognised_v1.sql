-- Recognise the records of the run before: by their key, else by saying the same, else by most of what they say.
--
-- grain    one row per contact_id that was known before under this or another contact_id
-- returns  customer_id (that it had, or that this one was merged into since), how (key, record, marks, place)

-- A place in a file (list.csv#7) is no key: it counts only where the record there still shares a value. A key that stands on
-- somebody with nothing in common does not count either: the source has numbered its rows anew.
with old as (
  select b.*, coalesce(i.last_id, b.customer_id) as lived_as
  from unify.id_records_before as b
  left join unify.ids_before as i on i.customer_id = b.customer_id
),
same_id as (
  select f.contact_id, o.digest, o.lived_as, o.is_present, (f.is_keyed and o.is_keyed) or o.digest is null as is_key,
    case when f.name = o.name then 1 else 0 end + case when f.email = o.email then 1 else 0 end
      + case when f.phone = o.phone then 1 else 0 end + case when f.birth = o.birth then 1 else 0 end as n_shared,
    case when f.name <> o.name then 1 else 0 end + case when f.email <> o.email then 1 else 0 end
      + case when f.phone <> o.phone then 1 else 0 end + case when f.birth <> o.birth then 1 else 0 end as n_differing
  from unify.fingerprints as f
  join old as o on o.contact_id = f.contact_id
),
keyed as (
  select *, row_number() over (partition by contact_id order by is_present desc, n_shared desc, digest) as place
  from same_id
  where is_key and (n_shared > 0 or n_differing < 2)
),
by_key as (
  select contact_id, digest, lived_as from keyed where place = 1
),
new_rest as (
  select f.*, row_number() over (partition by f.digest order by f.contact_id) as place
  from unify.fingerprints as f
  left join by_key as k on k.contact_id = f.contact_id
  where k.contact_id is null
),
old_rest as (
  select o.*, row_number() over (partition by o.digest order by o.is_present desc, o.contact_id) as place
  from old as o
  left join by_key as k on k.contact_id = o.contact_id and k.digest = o.digest
  where k.contact_id is null and o.digest is not null
),
by_record as (
  select n.contact_id, o.contact_id as old_id, o.digest, o.lived_as
  from new_rest as n
  join old_rest as o on o.digest = n.digest and o.place = n.place
),
new_marks as (
  select n.contact_id, unnest([n.name || n.email, n.name || n.phone, n.name || n.birth, n.email || n.phone]) as mark
  from new_rest as n
  left join by_record as r on r.contact_id = n.contact_id
  where r.contact_id is null
),
old_marks as (
  select o.lived_as, unnest([o.name || o.email, o.name || o.phone, o.name || o.birth, o.email || o.phone]) as mark
  from old_rest as o
  left join by_record as r on r.old_id = o.contact_id and r.digest = o.digest
  where r.old_id is null
),
owners as (
  select mark, min(lived_as) as lived_as from old_marks where mark is not null group by mark having count(distinct lived_as) = 1
),
hints as (
  select m.contact_id, o.lived_as, 'marks' as how, count(*) as n from new_marks as m join owners as o on o.mark = m.mark
  group by m.contact_id, o.lived_as
  union all
  select s.contact_id, s.lived_as, 'place', 0
  from same_id as s
  join new_rest as n on n.contact_id = s.contact_id
  left join by_record as r on r.contact_id = s.contact_id
  left join by_record as o on o.old_id = s.contact_id and o.digest = s.digest
  where not s.is_key and s.n_shared > 0 and r.contact_id is null and o.old_id is null
),
ranked as (
  select *, row_number() over (partition by contact_id order by n desc, lived_as) as place from hints
)
select contact_id, lived_as as customer_id, 'key' as how from by_key
union all
select contact_id, lived_as, 'record' from by_record
union all
select contact_id, lived_as, how from ranked where place = 1
