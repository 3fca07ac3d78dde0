-- Draw up what a record is recognised by in the next run, when lists are sorted anew and keys are gone: digests, no values.
--
-- grain    one row per contact_id
-- renewed  by record
-- returns  is_keyed (its source gives it a key; else its id is its place in a file), digest (of all that is said of the person, and
--          of the source where that is little), name, email, phone and birth (digests of one value each; null where it is not known)
with told as (
  select contact_id, _source, not (contact_id like '%#%' and regexp_matches(contact_id, '#[0-9]+$')) as is_keyed,
    nullif(lower(replace(replace(coalesce(full_name, concat(given_name, family_name)), ' ', ''), '-', '')), '') as name,
    nullif(lower(trim(email)), '') as email,
    nullif(replace(replace(phone, ' ', ''), '-', ''), '') as phone,
    cast(birth_date as varchar) as birth,
    concat_ws(chr(31), coalesce(member_no, ''), coalesce(company, ''), coalesce(gender, ''), coalesce(postcode, ''),
      coalesce(address, ''), coalesce(city, ''), coalesce(region, ''), coalesce(country, '')) as others
  from unify.persons
),
counted as (
  select *,
    case when name is null then 0 else 1 end + case when email is null then 0 else 1 end
      + case when phone is null then 0 else 1 end + case when birth is null then 0 else 1 end as n_known
  from told
)
select contact_id, is_keyed,
  left(md5(concat_ws(chr(31), case when n_known < 2 then _source else '' end, coalesce(name, ''), coalesce(email, ''),
    coalesce(phone, ''), coalesce(birth, ''), others)), 16) as digest,
  left(md5(name), 16) as name, left(md5(email), 16) as email, left(md5(phone), 16) as phone, left(md5(birth), 16) as birth
from counted
