-- Hold every contact with its cells set right and typed.
--
-- grain    one row per row of source.contacts that is not set aside
-- returns  contact_id (system:source_key, else source:file#row), the columns of source.contacts typed; parts of a name
--          missing in the row come out of the full name, a missing full name is put together from its parts
with kept as (
    select * from source.contacts c where not exists (select 1 from clean.set_aside s
        where s.relation = 'clean.contacts' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row)
),
read as (
    select c._source, c._system, c._file, c._row,
        case when source_key_fix.raw is null then c.source_key else source_key_fix.value end as source_key,
        case when member_no_fix.raw is null then c.member_no else member_no_fix.value end as member_no,
        case when full_name_fix.raw is null then c.full_name else full_name_fix.value end as full_name,
        coalesce(case when given_name_fix.raw is null then c.given_name else given_name_fix.value end, full_name_fix.given_name) as given_name,
        coalesce(case when family_name_fix.raw is null then c.family_name else family_name_fix.value end, full_name_fix.family_name) as family_name,
        case when company_fix.raw is null then c.company else company_fix.value end as company,
        case when email_fix.raw is null then c.email else email_fix.value end as email,
        case when phone_fix.raw is null then c.phone else phone_fix.value end as phone,
        case when birth_date_fix.raw is null then try_cast(c.birth_date as date) else cast(birth_date_fix.value as date) end as birth_date,
        case when gender_fix.raw is null then c.gender else gender_fix.value end as gender,
        case when postcode_fix.raw is null then c.postcode else postcode_fix.value end as postcode,
        case when address_fix.raw is null then c.address else address_fix.value end as address,
        case when city_fix.raw is null then c.city else city_fix.value end as city,
        case when region_fix.raw is null then c.region else region_fix.value end as region,
        case when country_fix.raw is null then c.country else country_fix.value end as country,
        case when social_handles_fix.raw is null then c.social_handles else social_handles_fix.value end as social_handles,
        case when consent_email_fix.raw is null then try_cast(c.consent_email as boolean) else try_cast(consent_email_fix.value as boolean) end as consent_email,
        case when consent_sms_fix.raw is null then try_cast(c.consent_sms as boolean) else try_cast(consent_sms_fix.value as boolean) end as consent_sms,
        case when consent_phone_fix.raw is null then try_cast(c.consent_phone as boolean) else try_cast(consent_phone_fix.value as boolean) end as consent_phone,
        case when consent_post_fix.raw is null then try_cast(c.consent_post as boolean) else try_cast(consent_post_fix.value as boolean) end as consent_post,
        case when consent_at_fix.raw is null then try_cast(c.consent_at as timestamp) else consent_at_fix.value end as consent_at,
        case when created_at_fix.raw is null then try_cast(c.created_at as timestamp) else created_at_fix.value end as created_at,
        case when updated_at_fix.raw is null then try_cast(c.updated_at as timestamp) else updated_at_fix.value end as updated_at,
        case when acquired_via_fix.raw is null then c.acquired_via else acquired_via_fix.value end as acquired_via
    from kept c
    left join clean.text_fixes source_key_fix on source_key_fix.scope = 'key' and source_key_fix.raw = c.source_key
    left join clean.text_fixes member_no_fix on member_no_fix.scope = 'key' and member_no_fix.raw = c.member_no
    left join clean.name_fixes full_name_fix on full_name_fix.part = 'full' and full_name_fix._source = c._source and full_name_fix.raw = c.full_name
    left join clean.name_fixes given_name_fix on given_name_fix.part = 'given' and given_name_fix._source = c._source and given_name_fix.raw = c.given_name
    left join clean.name_fixes family_name_fix on family_name_fix.part = 'family' and family_name_fix._source = c._source and family_name_fix.raw = c.family_name
    left join clean.text_fixes company_fix on company_fix.scope = 'person' and company_fix.raw = c.company
    left join clean.email_fixes email_fix on email_fix.raw = c.email
    left join clean.phone_fixes phone_fix on phone_fix.raw = c.phone and phone_fix.country_text = coalesce(c.country, '')
    left join clean.date_fixes birth_date_fix on birth_date_fix.column_key = 'contacts.birth_date' and birth_date_fix._source = c._source and birth_date_fix.raw = c.birth_date
    left join clean.word_fixes gender_fix on gender_fix.kind = 'gender' and gender_fix.raw = c.gender
    left join clean.text_fixes postcode_fix on postcode_fix.scope = 'key' and postcode_fix.raw = c.postcode
    left join clean.text_fixes address_fix on address_fix.scope = 'person' and address_fix.raw = c.address
    left join clean.text_fixes city_fix on city_fix.scope = 'person' and city_fix.raw = c.city
    left join clean.text_fixes region_fix on region_fix.scope = 'person' and region_fix.raw = c.region
    left join clean.word_fixes country_fix on country_fix.kind = 'country' and country_fix.raw = c.country
    left join clean.text_fixes social_handles_fix on social_handles_fix.scope = 'person' and social_handles_fix.raw = c.social_handles
    left join clean.word_fixes consent_email_fix on consent_email_fix.kind = 'boolean' and consent_email_fix.raw = c.consent_email
    left join clean.word_fixes consent_sms_fix on consent_sms_fix.kind = 'boolean' and consent_sms_fix.raw = c.consent_sms
    left join clean.word_fixes consent_phone_fix on consent_phone_fix.kind = 'boolean' and consent_phone_fix.raw = c.consent_phone
    left join clean.word_fixes consent_post_fix on consent_post_fix.kind = 'boolean' and consent_post_fix.raw = c.consent_post
    left join clean.date_fixes consent_at_fix on consent_at_fix.column_key = 'contacts.consent_at' and consent_at_fix._source = c._source and consent_at_fix.raw = c.consent_at
    left join clean.date_fixes created_at_fix on created_at_fix.column_key = 'contacts.created_at' and created_at_fix._source = c._source and created_at_fix.raw = c.created_at
    left join clean.date_fixes updated_at_fix on updated_at_fix.column_key = 'contacts.updated_at' and updated_at_fix._source = c._source and updated_at_fix.raw = c.updated_at
    left join clean.text_fixes acquired_via_fix on acquired_via_fix.scope = 'text' and acquired_via_fix.raw = c.acquired_via
)
select _source, _system, _file, _row, coalesce(_system || ':' || source_key, concat(_source, ':', _file, '#', _row)) as contact_id,
    source_key, member_no,
    coalesce(full_name, case when regexp_full_match(concat(family_name, given_name), '[가-힣]+') then concat(family_name, given_name)
        when not regexp_matches(concat(given_name, family_name), '[0-9@(),;]') then nullif(concat_ws(' ', given_name, family_name), '') end) as full_name,
    given_name, family_name, company, email, phone, birth_date, gender, postcode, address, city, region, country,
    social_handles, consent_email, consent_sms, consent_phone, consent_post, consent_at, created_at, updated_at,
    acquired_via
from read
