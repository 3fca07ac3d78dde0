-- Part customers in Korea by district (시군구).
--
-- scheme   district District
-- grain    one row per customer_id of unify.customers
-- returns  segment (서울특별시 강남구, with its province because many have a 중구; 세종특별자치시 has none and is
--          one itself; abroad: of another country; unknown)
select
  customers.customer_id,
  case
    when places.district is not null then places.province || ' ' || places.district
    when places.province not in (select province from clean.districts) then places.province
    when not places.is_korean then 'abroad'
    else 'unknown'
  end as segment
from unify.customers as customers
left join segment.places as places
  on coalesce(places.country, '') = coalesce(customers.country, '')
  and coalesce(places.region, '') = coalesce(customers.region, '')
  and coalesce(places.city, '') = coalesce(customers.city, '')
