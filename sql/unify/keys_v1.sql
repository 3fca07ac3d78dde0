-- Give every record the keys under which its duplicates are looked for.
--
-- grain    one row per contact_id and kind of key
-- renewed  by record
-- param    small_n integer from 0 = 10000   up to so many records the weak kinds (rank 20 to 29) are used too
-- returns  rank (1 is the most telling kind), kind, value, finer (what splits a block that is too large), contact_id,
--          is_new (its pairs are looked for; false where the run before has done so)
with people as (
  -- of records that are equal in everything one stands for all
  select contact_id, member_no, email, email_local, email_server, phone, name, given, family, given_sound, family_sound, birth, company,
    coalesce(postcode, city) as place, array_to_string(address_words, ' ') as address_text,
    regexp_extract(address, '^[^0-9]*([0-9]+.{0,3})', 1) as house
  from unify.records
  where twin_id = contact_id
),
listed as (
  select contact_id, unnest([
    struct_pack(rank := 1, kind := 'member number', value := member_no, finer := name),
    struct_pack(rank := 2, kind := 'e-mail', value := email, finer := name),
    struct_pack(rank := 3, kind := 'phone', value := phone, finer := name),
    struct_pack(rank := 4, kind := 'name and birth date', value := name || '|' || birth, finer := place),
    struct_pack(rank := 5, kind := 'birth date and place', value := birth || '|' || place, finer := given_sound),
    struct_pack(rank := 6, kind := 'name and place', value := name || '|' || place, finer := birth),
    struct_pack(rank := 7, kind := 'name before @ and name', value := email_local || '|' || given_sound, finer := family_sound),
    struct_pack(rank := 8, kind := 'given name and address', value := given_sound || '|' || address_text, finer := birth),
    struct_pack(rank := 9, kind := 'surname and birth date', value := family_sound || '|' || birth, finer := given_sound),
    struct_pack(rank := 10, kind := 'given name and birth date', value := given_sound || '|' || birth, finer := family_sound),
    struct_pack(rank := 11, kind := 'name before @', value := case when length(email_local) > 4 then email_local end, finer := given_sound),
    struct_pack(rank := 12, kind := 'company and given name', value := company || '|' || given_sound, finer := family_sound),
    struct_pack(rank := 13, kind := 'name', value := name, finer := substr(birth, 1, 6)),
    struct_pack(rank := 14, kind := 'birth date', value := birth, finer := place),
    struct_pack(rank := 15, kind := 'surname and place', value := family_sound || '|' || place, finer := substr(given, 1, 2)),
    struct_pack(rank := 16, kind := 'given name and place', value := given_sound || '|' || place, finer := substr(family, 1, 2)),
    struct_pack(rank := 17, kind := 'e-mail server and given name', value := email_server || '|' || given_sound, finer := birth),
    struct_pack(rank := 18, kind := 'address', value := address_text, finer := given_sound),
    struct_pack(rank := 19, kind := 'house and street', value := house || '|' || left(family, 2), finer := birth),
    struct_pack(rank := 20, kind := 'surname', value := family_sound, finer := left(given, 2)),
    struct_pack(rank := 21, kind := 'given name', value := given_sound, finer := left(family, 2)),
    struct_pack(rank := 22, kind := 'place', value := place, finer := left(birth, 4)),
    struct_pack(rank := 23, kind := 'birth month', value := left(birth, 6), finer := left(given, 2)),
    struct_pack(rank := 24, kind := 'birthday', value := substr(birth, 5), finer := left(given, 2))
  ]) as key
  from people
),
keyed as (
  select key.rank as rank, key.kind as kind, key.value as value, key.finer as finer, contact_id from listed
  union all
  select 25, 'name of either kind', word, left(birth, 4), contact_id from (
    select contact_id, birth, unnest(list_distinct([given_sound, family_sound])) as word from people)
  union all
  select rank, kind, value, finer, contact_id from unify.evidence_keys
)
select *, true as is_new from keyed where value is not null and (rank not between 20 and 29 or (select max(n_people) from unify.scale) <= $small_n)
