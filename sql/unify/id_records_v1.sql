-- Remember every record that was ever seen and whose it was, so that who comes back gets the old id.
--
-- grain    one row per contact_id and digest
-- returns  customer_id (the last one it had), is_present (it is among the records of this run), the digests of unify.fingerprints
with present as (
  select f.contact_id, m.customer_id, true as is_present, f.is_keyed, f.digest, f.name, f.email, f.phone, f.birth
  from unify.fingerprints as f
  join unify.members as m on m.contact_id = f.contact_id
),
past as (
  select b.contact_id, b.customer_id, false as is_present, b.is_keyed, b.digest, b.name, b.email, b.phone, b.birth
  from unify.id_records_before as b
  left join unify.recognised as r on r.contact_id = b.contact_id and r.how = 'key'
  left join (select distinct digest from unify.fingerprints) as f on f.digest = b.digest
  where r.contact_id is null and f.digest is null and b.digest is not null
)
select * from present
union all
select * from past
