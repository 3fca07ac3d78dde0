-- Tell of every place of customers which region it is in, and which district (시군구) in Korea.
--
-- grain    one row per country, region and city of unify.customers
-- returns  country, region, city (as customers have them; null where they have none), is_korean (null when nothing tells), province (시도; null
--          elsewhere and when unknown), district (시군구 without its province; null the same)

-- Cities are written with their province (서울특별시 강남구) or without; a district of a name that one province only has
-- tells its province. 중구 alone tells none.
with places as (
  select distinct country, region, city from unify.customers
),
texts as (
  select
    *,
    -- Written once where the city repeats its region.
    case when starts_with(coalesce(city, ''), coalesce(region, '')) then coalesce(city, '') else concat_ws(' ', region, city) end || ' ' as text
  from places
),
named as (
  select distinct province from clean.province_words
),
alone as (
  select district, min(province) as province from clean.districts group by district having count(*) = 1
),
known as (
  select
    texts.country, texts.region, texts.city, texts.text,
    coalesce(named.province, alone.province) as province
  from texts
  left join named on starts_with(texts.text, named.province || ' ')
  left join alone on texts.text = alone.district || ' '
  where coalesce(texts.country, 'KR') = 'KR'
),
found as (
  select
    known.country, known.region, known.city, known.province, inside.district,
    row_number() over (
      partition by known.country, known.region, known.city order by length(inside.district) desc nulls last, inside.district
    ) as place
  from known
  left join clean.districts as inside
    on inside.province = known.province
    and (starts_with(known.text, inside.province || ' ' || inside.district || ' ') or known.text = inside.district || ' ')
)
select
  places.country, places.region, places.city,
  coalesce(places.country = 'KR', case when found.province is not null then true end) as is_korean,
  found.province, found.district
from places
left join found
  on found.place = 1
  and coalesce(found.country, '') = coalesce(places.country, '')
  and coalesce(found.region, '') = coalesce(places.region, '')
  and coalesce(found.city, '') = coalesce(places.city, '')
