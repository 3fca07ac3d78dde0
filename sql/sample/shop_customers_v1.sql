-- Lay out the accounts of the shop's database: typed columns, given and family name apart.
--
-- grain    one row per account; _row is its place in the file
-- returns  _row and the columns of shop_customers.parquet
-- engine   duckdb
select
    records._row,
    records.source_key::bigint as customer_id,
    nullif(coalesce(wrong.given_name, names.given_right), '') as first_name,
    nullif(coalesce(wrong.family_name, names.family_right), '') as last_name,
    nullif(coalesce(wrong.email, reach.email_right), '') as email,
    nullif(coalesce(wrong.phone, reach.phone_right), '') as phone,
    nullif(coalesce(wrong.street, reach.street_right), '')
        as shipping_address,
    nullif(coalesce(wrong.city, reach.city_right), '') as shipping_city,
    nullif(coalesce(wrong.postcode, reach.postcode_right), '')
        as shipping_postcode,
    people.country as country_code,
    records.h % 3 > 0 as accepts_marketing,
    ['search', 'advert', 'friend', 'event', 'partner'][1 + ((records.h >> 4) % 5)::int] as acquired_via,
    records.created_at
from sample.records
join sample.people on people.person_id = records.person_id
join sample.record_names as names on names.source = records.source and names._row = records._row
join sample.record_reach as reach on reach.source = records.source and reach._row = records._row
left join sample.wrong_cells as wrong on wrong.source = records.source and wrong._row = records._row
where records.source = 'shop_customers'
