-- Give every person the columns that records are compared on, folded to what can be compared.
--
-- grain    one row per contact_id
-- renewed  by record
-- returns  contact_id, _source, _system, member_no, script, given, family (ASCII, see unify.words), given_sound, family_sound,
--          name (both sounds in alphabetical order), email, email_local, email_number,
--          email_server, is_common_server, phone (last 8 digits), birth (yyyymmdd), postcode, city,
--          address (letters and digits), address_words (sorted), company (legal forms stripped), twin_key (digest of all of these;
--          null where every one is empty), twin_id (smallest contact_id of that twin_key)
with folded as (
  select
    p.contact_id, _source, _system, nullif(upper(trim(member_no)), '') as member_no,
    coalesce(full_name, '') || chr(31) || coalesce(given_name, '') || chr(31) || coalesce(family_name, '') as name_text,
    nullif(lower(trim(email)), '') as email,
    regexp_replace(coalesce(phone, ''), '[^0-9]+', '', 'g') as digits,
    coalesce(strftime(birth_date, '%Y%m%d'), e.birth_text) as birth, e.everything as evidence,
    nullif(regexp_replace(lower(coalesce(postcode, '')), '[^a-z0-9]', '', 'g'), '') as postcode,
    nullif(regexp_replace(strip_accents(lower(coalesce(city, ''))), '[^\p{L}\p{N}]', '', 'g'), '') as city,
    regexp_replace(strip_accents(lower(coalesce(address, ''))), '[^\p{L}\p{N} ]', ' ', 'g') as address,
    nullif(regexp_replace(regexp_replace(strip_accents(lower(coalesce(company, ''))),
      '주식회사|유한회사|[(]주[)]|㈜|[(]유[)]|[, ](inc|ltd|llc|limited|corp|corporation|co|gmbh|ag|plc)\b[.]?', '', 'g'),
      '[^\p{L}\p{N}]', '', 'g'), '') as company
  from unify.persons as p
  left join unify.evidence as e on e.contact_id = p.contact_id
),
spelled as (
  select
    f.contact_id, f._source, f._system, f.member_no,
    case when g.script is null then s.script when s.script is null or g.script = s.script then g.script else 'other' end as script,
    g.spelled as given, s.spelled as family, g.sound as given_sound, coalesce(r.sound, s.sound) as family_sound,
    f.email, case when f.email like '_%@_%' then regexp_extract(f.email, '^([^@+]+)', 1) end as email_local,
    case when f.email like '_%@_%' then regexp_replace(regexp_extract(f.email, '^([^@+]+)', 1), '[^0-9]+', '', 'g') end as email_number,
    case when f.email like '%_@_%' then substr(f.email, instr(f.email, '@') + 1) end as email_server,
    case when length(f.digits) >= 7 then right(f.digits, 8) end as phone,
    f.birth, f.postcode, f.city, f.company, f.evidence,
    nullif(replace(f.address, ' ', ''), '') as address,
    case when trim(f.address) <> '' then
      list_sort(list_distinct(list_filter(string_split(f.address, ' '), lambda w: w <> ''))) end as address_words
  from folded as f
  left join unify.name_parts as p on p.name_text = f.name_text
  left join unify.words as g on g.text = p.given_text
  left join unify.words as s on s.text = p.family_text
  left join unify.surnames as r on r.spelling = p.family_text
),
-- the digest is read three times
named as materialized (
  select *,
    case when given_sound is null or family_sound is null then coalesce(given_sound, family_sound)
      when given_sound < family_sound then given_sound || ' ' || family_sound
      else family_sound || ' ' || given_sound end as name,
    -- the digest of nothing at all is no key
    nullif(md5(concat_ws(chr(31), coalesce(member_no, ''), coalesce(given, ''), coalesce(family, ''), coalesce(email, ''),
      coalesce(phone, ''), coalesce(birth, ''), coalesce(postcode, ''), coalesce(city, ''), coalesce(address, ''),
      coalesce(company, ''), coalesce(evidence, ''))), md5(repeat(chr(31), 10))) as twin_key
  from spelled
),
twins as (
  select twin_key, min(contact_id) as twin_id from named where twin_key is not null group by twin_key
)
select n.* exclude (evidence), s.email_server is not null as is_common_server, t.twin_id
from named as n
left join unify.email_servers as s on s.email_server = n.email_server
left join twins as t on t.twin_key = n.twin_key
