-- Write each record's e-mail, phone and address as they are right and, where they differ, as they were known there.
--
-- grain    one row per source and _row
-- returns  source, _row, n1, n2 (random bits of the record), and of email, phone, street, city, postcode, address: right
--          (now; missing where the source has no such column) and given (missing where right is given);
--          email_variant, phone_variant, address_variant (new_phone, moved_house, …; missing for none)
-- engine   duckdb
with chosen as (
    select
        records.source,
        records._row,
        records.n1,
        records.n2,
        records.person_id,
        people.household_id,
        people.head_id,
        people.country,
        mail.kind as email_kind,
        phone.kind as phone_kind,
        records.variant_address as address_kind,
        coalesce(records.variant_address = 'moved_house', false) as moved,
        records.source in ('crm', 'shop_customers') as in_parts,
        records.source = 'postal' as in_line
    from sample.records
    join sample.people on people.person_id = records.person_id
    left join sample.rate_slots as mail
        on mail.list = 'variant' and mail.role = 'email' and mail.who = 'latin' and mail.slot = (records.h >> 30) % 1024
    left join sample.rate_slots as phone
        on phone.list = 'variant' and phone.role = 'phone' and phone.who = 'latin' and phone.slot = (records.h >> 40) % 1024
)

select
    chosen.source,
    chosen._row,
    chosen.n1,
    chosen.n2,
    reach.email as email_right,
    if(email_kind = 'new_email', reach.former_email, null) as email_given,
    email_kind as email_variant,
    if(chosen.source <> 'newsletter', reach.phone, null) as phone_right,
    case
        when phone_kind = 'new_phone' then reach.former_phone
        when phone_kind = 'family_phone' and chosen.person_id = chosen.head_id then home.landline
        -- The others of a home give the landline or the head's mobile.
        when phone_kind = 'family_phone' and chosen.n2 % 2 = 0 then home.landline
        when phone_kind = 'family_phone' then head.phone
    end as phone_given,
    phone_kind as phone_variant,
    if(in_parts, home.street, null) as street_right,
    if(in_parts and moved, former.street, null) as street_given,
    if(in_parts, if(chosen.country = 'KR', home.region || ' ' || home.city, home.city), null) as city_right,
    if(in_parts and moved, if(chosen.country = 'KR', former.region || ' ' || former.city, former.city), null)
        as city_given,
    if(in_parts or in_line, home.postcode, null) as postcode_right,
    if(moved, former.postcode, null) as postcode_given,
    if(in_line, home.address, null) as address_right,
    if(in_line and moved, former.address, null) as address_given,
    address_kind as address_variant
from chosen
join sample.reach on reach.person_id = chosen.person_id
join sample.reach as head on head.person_id = chosen.head_id
join sample.homes as home on home.kind = 'now' and home.id = chosen.household_id
left join sample.homes as former on chosen.moved and former.kind = 'former' and former.id = chosen.person_id
