-- Part customers in Korea by district (시군구).
--
-- scheme   district District
-- grain    one row per customer_id of unify.customers
-- returns  segment (서울특별시 강남구, with its province because many have a 중구; 세종특별자치시 has none and is
--          one itself; abroad: of another country; unknown)

-- Where the columns do not say it, the address does, unless it lies in another province than they say.
select
  customers.customer_id,
  case
    when places.district is not null then places.province || ' ' || places.district
    when parts.district is not null then parts.province || ' ' || parts.district
    when coalesce(places.province, parts.province) not in (select province from clean.districts)
      then coalesce(places.province, parts.province)
    when not places.is_korean then 'abroad'
    else 'unknown'
  end as segment
from unify.customers as customers
left join segment.places as places
  on coalesce(places.country, '') = coalesce(customers.country, '')
  and coalesce(places.region, '') = coalesce(customers.region, '')
  and coalesce(places.city, '') = coalesce(customers.city, '')
left join clean.address_parts as parts
  on parts.address = customers.address
  and parts.province = coalesce(places.province, parts.province)
  and coalesce(customers.country, 'KR') = 'KR'
