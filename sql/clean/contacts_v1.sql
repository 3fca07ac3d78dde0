-- Hold every contact with its cells set right and typed.
--
-- grain    one row per row of source.contacts that is not set aside
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed: the cell stays as the source had it
-- returns  contact_id (system:source_key, else source:file#row), the columns of source.contacts typed; parts of a name
--          missing in the row come out of the full name (two plain words or three syllables where clean.name_fixes does not
--          list it), a missing full name is put together from its parts
with kept as (
    select c.* from source.contacts c
    left join clean.set_aside s on s.relation = 'clean.contacts' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
    left join clean.moved_contacts m on m._source = c._source and coalesce(m._file, '') = coalesce(c._file, '') and m._row = c._row
    where s.relation is null and m._source is null union all select * from clean.moved_contacts
),
read as (
    select c._source, c._system, c._file, c._row,
        case when source_key_fix.raw is null or list_contains(o.rules, source_key_fix.rule) then c.source_key else source_key_fix.value end as source_key,
        case when member_no_fix.raw is null or list_contains(o.rules, member_no_fix.rule) then c.member_no else member_no_fix.value end as member_no,
        case when full_name_fix.raw is null or full_name_fix.confidence < $apply_above or list_contains(o.rules, full_name_fix.rule) then c.full_name else full_name_fix.value end as full_name,
        coalesce(case when given_name_fix.raw is null or list_contains(o.rules, given_name_fix.rule) then c.given_name else given_name_fix.value end, case when full_name_fix.raw is null then case when c.full_name < '가' then split_part(c.full_name, ' ', 1) else substr(c.full_name, 2) end
            when coalesce(full_name_fix.confidence, 1) >= $apply_above then full_name_fix.given_name end) as given_name,
        coalesce(case when family_name_fix.raw is null or list_contains(o.rules, family_name_fix.rule) then c.family_name else family_name_fix.value end, case when full_name_fix.raw is null then case when c.full_name < '가' then split_part(c.full_name, ' ', 2) else left(c.full_name, 1) end
            when coalesce(full_name_fix.confidence, 1) >= $apply_above then full_name_fix.family_name end) as family_name,
        case when company_fix.raw is null or list_contains(o.rules, company_fix.rule) then c.company else company_fix.value end as company,
        case when email_fix.raw is null or list_contains(o.rules, email_fix.rule) then c.email else email_fix.value end as email,
        case when phone_fix.raw is null or list_contains(o.rules, phone_fix.rule) then c.phone else phone_fix.value end as phone,
        case when birth_date_fix.raw is null or list_contains(o.rules, birth_date_fix.rule) then try_cast(c.birth_date as date) else cast(birth_date_fix.value as date) end as birth_date,
        case when gender_fix.raw is null or list_contains(o.rules, gender_fix.rule) then c.gender else gender_fix.value end as gender,
        case when postcode_fix.raw is null or list_contains(o.rules, postcode_fix.rule) then c.postcode else postcode_fix.value end as postcode,
        case when address_fix.raw is null or list_contains(o.rules, address_fix.rule) then c.address else address_fix.value end as address,
        case when city_fix.raw is null or list_contains(o.rules, city_fix.rule) then c.city else city_fix.value end as city,
        case when region_fix.raw is null or list_contains(o.rules, region_fix.rule) then c.region else region_fix.value end as region,
        case when country_fix.raw is null or list_contains(o.rules, country_fix.rule) then c.country else country_fix.value end as country,
        case when social_handles_fix.raw is null or list_contains(o.rules, social_handles_fix.rule) then c.social_handles else social_handles_fix.value end as social_handles,
        case when consent_email_fix.raw is null or list_contains(o.rules, consent_email_fix.rule) then try_cast(c.consent_email as boolean) else try_cast(consent_email_fix.value as boolean) end as consent_email, case when consent_sms_fix.raw is null or list_contains(o.rules, consent_sms_fix.rule) then try_cast(c.consent_sms as boolean) else try_cast(consent_sms_fix.value as boolean) end as consent_sms,
        case when consent_phone_fix.raw is null or list_contains(o.rules, consent_phone_fix.rule) then try_cast(c.consent_phone as boolean) else try_cast(consent_phone_fix.value as boolean) end as consent_phone, case when consent_post_fix.raw is null or list_contains(o.rules, consent_post_fix.rule) then try_cast(c.consent_post as boolean) else try_cast(consent_post_fix.value as boolean) end as consent_post,
        case when consent_at_fix.raw is null or list_contains(o.rules, consent_at_fix.rule) then try_cast(c.consent_at as timestamp) else consent_at_fix.value end as consent_at,
        case when created_at_fix.raw is null or list_contains(o.rules, created_at_fix.rule) then try_cast(c.created_at as timestamp) else created_at_fix.value end as created_at,
        case when updated_at_fix.raw is null or list_contains(o.rules, updated_at_fix.rule) then try_cast(c.updated_at as timestamp) else updated_at_fix.value end as updated_at,
        case when acquired_via_fix.raw is null or list_contains(o.rules, acquired_via_fix.rule) then c.acquired_via else acquired_via_fix.value end as acquired_via
    from kept c left join clean.switched_off o on o._source = c._source
    left join clean.text_fixes source_key_fix on source_key_fix.scope = 'key' and source_key_fix.raw = c.source_key and source_key_fix.confidence >= $apply_above
    left join clean.text_fixes member_no_fix on member_no_fix.scope = 'key' and member_no_fix.raw = c.member_no and member_no_fix.confidence >= $apply_above
    left join clean.name_fixes full_name_fix on full_name_fix.part = 'full' and full_name_fix._source = c._source and full_name_fix.raw = c.full_name
    left join clean.name_fixes given_name_fix on given_name_fix.part = 'given' and given_name_fix._source = c._source and given_name_fix.raw = c.given_name and given_name_fix.confidence >= $apply_above
    left join clean.name_fixes family_name_fix on family_name_fix.part = 'family' and family_name_fix._source = c._source and family_name_fix.raw = c.family_name and family_name_fix.confidence >= $apply_above
    left join clean.company_fixes company_fix on company_fix.raw = c.company and company_fix.confidence >= $apply_above
    left join clean.email_fixes email_fix on email_fix.raw = c.email and email_fix.confidence >= $apply_above
    left join clean.phone_fixes phone_fix on phone_fix.raw = c.phone and phone_fix.country_text = coalesce(c.country, '') and phone_fix.confidence >= $apply_above
    left join clean.date_fixes birth_date_fix on birth_date_fix.column_key = 'contacts.birth_date' and birth_date_fix._source = c._source and birth_date_fix.raw = c.birth_date and birth_date_fix.confidence >= $apply_above
    left join clean.word_fixes gender_fix on gender_fix.kind = 'gender' and gender_fix.raw = c.gender and gender_fix.confidence >= $apply_above
    left join clean.postcode_fixes postcode_fix on postcode_fix.raw = c.postcode and postcode_fix.country_text = coalesce(c.country, '') and postcode_fix.confidence >= $apply_above
    left join clean.text_fixes address_fix on address_fix.scope = 'person' and address_fix.raw = c.address and address_fix.confidence >= $apply_above
    left join clean.place_fixes city_fix on city_fix.kind = 'city' and city_fix.raw = c.city and city_fix.country_text = coalesce(c.country, '') and city_fix.confidence >= $apply_above
    left join clean.place_fixes region_fix on region_fix.kind = 'region' and region_fix.raw = c.region and region_fix.country_text = coalesce(c.country, '') and region_fix.confidence >= $apply_above
    left join clean.word_fixes country_fix on country_fix.kind = 'country' and country_fix.raw = c.country and country_fix.confidence >= $apply_above
    left join clean.text_fixes social_handles_fix on social_handles_fix.scope = 'person' and social_handles_fix.raw = c.social_handles and social_handles_fix.confidence >= $apply_above
    left join clean.word_fixes consent_email_fix on consent_email_fix.kind = 'boolean' and consent_email_fix.raw = c.consent_email and consent_email_fix.confidence >= $apply_above
    left join clean.word_fixes consent_sms_fix on consent_sms_fix.kind = 'boolean' and consent_sms_fix.raw = c.consent_sms and consent_sms_fix.confidence >= $apply_above
    left join clean.word_fixes consent_phone_fix on consent_phone_fix.kind = 'boolean' and consent_phone_fix.raw = c.consent_phone and consent_phone_fix.confidence >= $apply_above
    left join clean.word_fixes consent_post_fix on consent_post_fix.kind = 'boolean' and consent_post_fix.raw = c.consent_post and consent_post_fix.confidence >= $apply_above
    left join clean.date_fixes consent_at_fix on consent_at_fix.column_key = 'contacts.consent_at' and consent_at_fix._source = c._source and consent_at_fix.raw = c.consent_at and consent_at_fix.confidence >= $apply_above
    left join clean.date_fixes created_at_fix on created_at_fix.column_key = 'contacts.created_at' and created_at_fix._source = c._source and created_at_fix.raw = c.created_at and created_at_fix.confidence >= $apply_above
    left join clean.date_fixes updated_at_fix on updated_at_fix.column_key = 'contacts.updated_at' and updated_at_fix._source = c._source and updated_at_fix.raw = c.updated_at and updated_at_fix.confidence >= $apply_above
    left join clean.text_fixes acquired_via_fix on acquired_via_fix.scope = 'text' and acquired_via_fix.raw = c.acquired_via and acquired_via_fix.confidence >= $apply_above
)
select r._source, r._system, r._file, r._row, coalesce(r._system || ':' || r.source_key, concat(r._source, ':', r._file, '#', r._row)) as contact_id,
    r.source_key, r.member_no,
    coalesce(r.full_name, case when regexp_full_match(concat(r.family_name, r.given_name), '[가-힣]+') then case when not coalesce(suffix(r.given_name, '님'), false) then concat(r.family_name, r.given_name) end
        when regexp_full_match(concat_ws(' ', r.given_name, r.family_name), '\pL([\pL\pM .''’-]*[\pL\pM.])?') then concat_ws(' ', r.given_name, r.family_name) end) as full_name,
    r.given_name, r.family_name, coalesce(company_merge.after, r.company) as company, r.email, r.phone, r.birth_date, r.gender, r.postcode,
    coalesce(address_merge.after, r.address) as address, coalesce(city_merge.after, r.city) as city, coalesce(region_merge.after, r.region)
    as region, r.country, r.social_handles, r.consent_email, r.consent_sms, r.consent_phone, r.consent_post, r.consent_at, r.created_at,
    r.updated_at, coalesce(acquired_via_merge.after, r.acquired_via) as acquired_via
from read r
left join clean.value_merges company_merge on company_merge.column_key = 'contacts.company' and company_merge.before = r.company
left join clean.value_merges address_merge on address_merge.column_key = 'contacts.address' and address_merge.before = r.address
left join clean.value_merges city_merge on city_merge.column_key = 'contacts.city' and city_merge.before = r.city
left join clean.value_merges region_merge on region_merge.column_key = 'contacts.region' and region_merge.before = r.region
left join clean.value_merges acquired_via_merge on acquired_via_merge.column_key = 'contacts.acquired_via' and acquired_via_merge.before = r.acquired_via
