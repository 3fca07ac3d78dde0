-- Give every record the keys under which its duplicates are looked for.
--
-- grain    one row per contact_id and kind of key
-- param    small_n integer = 10000   up to so many records the weak kinds (rank 20 and up) are used too
-- returns  rank (1 is the most telling kind), kind, value, finer (what splits a block that is too large), contact_id
with people as (
  -- of records that are equal in everything one stands for all
  select * from unify.records where twin_id = contact_id
),
keyed as (
  select 1 as rank, 'member number' as kind, member_no as value, name as finer, contact_id from people
  union all
  select 2, 'e-mail', email, name, contact_id from people
  union all
  select 3, 'phone', phone, name, contact_id from people
  union all
  select 4, 'name and birth date', name || '|' || birth, coalesce(postcode, city), contact_id from people
  union all
  select 5, 'birth date and place', birth || '|' || coalesce(postcode, city), given_sound, contact_id from people
  union all
  select 6, 'name and place', name || '|' || coalesce(postcode, city), birth, contact_id from people
  union all
  select 7, 'name before @ and name', email_local || '|' || given_sound, family_sound, contact_id from people
  union all
  select 8, 'given name and address', given_sound || '|' || array_to_string(address_words, ' '), birth, contact_id from people
  union all
  select 9, 'surname and birth date', family_sound || '|' || birth, given_sound, contact_id from people
  union all
  select 10, 'given name and birth date', given_sound || '|' || birth, family_sound, contact_id from people
  union all
  select 11, 'name before @', email_local, given_sound, contact_id from people where length(email_local) > 4
  union all
  select 12, 'company and given name', company || '|' || given_sound, family_sound, contact_id from people
  union all
  select 13, 'name', name, substr(birth, 1, 6), contact_id from people
  union all
  select 14, 'birth date', birth, coalesce(postcode, city), contact_id from people
  union all
  select 15, 'surname and place', family_sound || '|' || coalesce(postcode, city), substr(given, 1, 2), contact_id from people
  union all
  select 16, 'given name and place', given_sound || '|' || coalesce(postcode, city), substr(family, 1, 2), contact_id from people
  union all
  select 17, 'e-mail server and given name', email_server || '|' || given_sound, birth, contact_id from people
  union all
  select 18, 'address', array_to_string(address_words, ' '), given_sound, contact_id from people
  union all
  select 19, 'house and street', regexp_extract(address, '^[^0-9]*([0-9]+.{0,3})', 1) || '|' || left(family, 2), birth, contact_id from people
  union all
  select 20, 'surname', family_sound, left(given, 2), contact_id from people
  union all
  select 21, 'given name', given_sound, left(family, 2), contact_id from people
  union all
  select 22, 'place', coalesce(postcode, city), left(birth, 4), contact_id from people
  union all
  select 23, 'birth month', left(birth, 6), left(given, 2), contact_id from people
  union all
  select 24, 'birthday', substr(birth, 5), left(given, 2), contact_id from people
  union all
  select 25, 'name of either kind', word, left(birth, 4), contact_id from (
    select contact_id, birth, unnest(list_distinct([given_sound, family_sound])) as word from people)
)
select * from keyed where value is not null and (rank < 20 or (select count(*) from people) <= $small_n)
