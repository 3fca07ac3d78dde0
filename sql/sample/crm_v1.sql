-- Lay out the CRM export: one wide row per record, names in one column, consents as Y, N or blank.
--
-- grain    one row per record; _row is its place in the file
-- param    as_of    date          nothing is modified after this day
-- returns  _row and the columns of crm.csv
-- engine   duckdb
select
    records._row,
    records.source_key as "Customer No",
    nullif(coalesce(wrong.full_name, names.full_right), '') as "Full Name",
    nullif(coalesce(wrong.company, marks.company), '') as "Company",
    nullif(coalesce(wrong.email, reach.email_right), '') as "E-mail",
    nullif(coalesce(wrong.phone, reach.phone_right), '') as "Mobile",
    nullif(coalesce(wrong.birth_date, marks.birth_date), '') as "Date of Birth",
    nullif(coalesce(wrong.gender, marks.gender), '') as "Gender",
    nullif(coalesce(wrong.street, reach.street_right), '') as "Street Address",
    nullif(coalesce(wrong.city, reach.city_right), '') as "City",
    nullif(coalesce(wrong.postcode, reach.postcode_right), '') as "Postcode",
    countries.name as "Country",
    case when records.h % 10 < 6 then 'Y' when records.h % 10 < 9 then 'N' end as "Email Consent",
    case when (records.h >> 4) % 10 < 4 then 'Y' when (records.h >> 4) % 10 < 8 then 'N' end as "SMS Consent",
    case when (records.h >> 8) % 10 < 2 then 'Y' when (records.h >> 8) % 10 < 7 then 'N' end as "Phone Consent",
    case when (records.h >> 12) % 10 < 5 then 'Y' when (records.h >> 12) % 10 < 8 then 'N' end as "Post Consent",
    strftime(records.created_at, '%Y-%m-%d %H:%M:%S') as "Created At",
    strftime(
        records.created_at + to_seconds(
            (date_diff('second', records.created_at, $as_of::timestamp) * ((records.h >> 16) % 1000)::bigint) // 1000
        ),
        '%Y-%m-%d %H:%M:%S'
    ) as "Modified At",
    people_reach.member_no as "Member No",
    people_reach.instagram as "Instagram"
from sample.records
join sample.people on people.person_id = records.person_id
join sample.countries as countries on countries.country = people.country
join sample.reach as people_reach on people_reach.person_id = records.person_id
join sample.record_names as names on names.source = records.source and names._row = records._row
join sample.record_reach as reach on reach.source = records.source and reach._row = records._row
join sample.record_marks as marks on marks.source = records.source and marks._row = records._row
left join sample.wrong_cells as wrong on wrong.source = records.source and wrong._row = records._row
where records.source = 'crm'
