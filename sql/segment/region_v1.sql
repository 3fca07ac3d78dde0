-- Part customers by region: 시도 in Korea, the region as it is known elsewhere.
--
-- scheme   region Region
-- grain    one row per customer_id of unify.customers
-- returns  segment (서울특별시, California; the country's code where no more is known; unknown when nothing is)

-- Where neither region nor city says it, the address does: many a list has no more than one column for all of it.
select
  customers.customer_id,
  coalesce(places.province, customers.region, parts.province, parts.region, customers.country, 'unknown') as segment
from unify.customers as customers
left join segment.places as places
  on coalesce(places.country, '') = coalesce(customers.country, '')
  and coalesce(places.region, '') = coalesce(customers.region, '')
  and coalesce(places.city, '') = coalesce(customers.city, '')
left join clean.address_parts as parts on parts.address = customers.address
