-- Part addresses: province, district, neighbourhood, road or lot, number and detail in Korea; house number, street, unit, city elsewhere.
--
-- grain    one row per address text of source.contacts, after clean.text_fixes; joins clean.contacts on address
-- returns  address, kind (road 도로명, lot 지번, generic, unknown), province (시도, name of today), district (시군구, name of today),
--          neighbourhood (읍면동리), road, building_no (12-3, 지하 12), lot_no (12-3, 산 12-3), detail (동, 호, 층; a building's name in
--          brackets), postcode, house_no, street, unit, city, region; NULL for what the address does not say
-- engine   duckdb
with heads as (
    select address, postcode, province, district, rest, false as is_joined from clean.address_heads where is_found
    union all
    select address, postcode, province, district, rest, true from clean.address_joined_heads
),
roads as (
    -- Most say road, number and detail in three words; both patterns have the same groups.
    select *, case when regexp_matches(rest, '^[^ ,()]+[로길] [0-9]+(-[0-9]+)?($|,? [^ ,])')
        then regexp_extract(rest, '^()([^ ,()]+)() ([0-9-]+)(?:,? (.*))?()$', ['neighbourhood', 'road', 'below', 'number', 'detail', 'joined'])
        else regexp_extract(rest,
            '^[ ,]*((?:[가-힣0-9.·]+[읍면동리가][ ,]+){0,2})([가-힣0-9.·]*[가-힣](?:로|길)(?: ?[0-9]+(?:번[가-힣]{0,2})?길)?)[ ,]*(지하|공중)? ?'
            || '([0-9]+(?:-[0-9]+| - [0-9]+)?)(?:번지|번)?(?:[ ,]+(.*)|([^가동0-9, -].*))?$',
            ['neighbourhood', 'road', 'below', 'number', 'detail', 'joined']) end as r
    from heads
),
lots as (
    -- Only where there is no road; the last attempt is a name with no number behind it.
    select *, case when r.road = '' then regexp_extract(rest,
        '^[ ,]*((?:[가-힣0-9.·]+[읍면][ ,]*)?[가-힣0-9.·]+?[동리가로읍면](?:[(][一-龥]+[)])?)[ ,]*(?:(산)? ?([0-9]+(?:-[0-9]+| - [0-9]+)?)(?: ?번지(.*)'
        || '|([^동리가0-9-].*))?|([ ,(].*)?)$',
        ['name', 'hill', 'number', 'behind', 'joined', 'unnumbered']) end as l
    from roads
),
chosen as (
    select address, postcode, province, district, rest, r, l,
        case when r.road <> '' then 'road' when l.name <> '' and (l.number <> '' or district is not null) then
            case when l.number = '' and suffix(l.name, '로') then 'road' else 'lot' end else 'unknown' end as kind,
        -- 서울강남구역삼동테헤란로: two names written together like the head.
        case when is_joined and r.neighbourhood = '' and strlen(r.road) >= 15
             then regexp_extract(r.road, '^([가-힣]{1,4}?[0-9]?[읍면동])([가-힣]{3}.*)$', ['name', 'road']) end as joined
    from lots
),
parted as (
    select address, kind, province, district, postcode,
        case when r.road <> '' then case when joined.name <> '' then joined.name else r.neighbourhood end when kind = 'lot' then l.name end as neighbourhood,
        case when joined.name <> '' then joined.road when r.road <> '' then r.road when kind = 'road' then l.name end as road,
        case when r.below <> '' then concat(r.below, ' ', r.number) else r.number end as building_no,
        case when kind <> 'lot' then null when l.hill <> '' then concat(l.hill, ' ', l.number) else l.number end as lot_no,
        case when r.road = '' and kind = 'unknown' then rest when r.road <> '' then case when r.joined <> '' then r.joined else r.detail end
             else concat(l.behind, l.joined, l.unnumbered) end as tail
    from chosen
),
bracketed as (
    -- (역삼동, 강남빌딩): the neighbourhood of a road address, and the name of the building.
    select *, case when kind = 'road' and contains(tail, '(')
        then regexp_extract(tail, '^([^(]*)[(] *([가-힣0-9.·]+(?:동|가|로|읍|면|리))(?: *, *([^()]*))?[)](.*)$', ['before', 'name', 'building', 'behind']) end as b
    from parted
)
select address, kind, province, district,
    nullif(case when b.name <> '' and neighbourhood = '' then b.name when contains(neighbourhood, ' ') then trim(replace(neighbourhood, ',', ' '))
        when regexp_matches(neighbourhood, '[리)]$')
            then regexp_replace(neighbourhood, '^(안면읍|[가-힣]+?[읍면])([가-힣0-9]+리(?:[(].+[)])?)$', '\1 \2', 'g')
        else neighbourhood end, '') as neighbourhood,
    case when contains(road, ' ') then replace(road, ' ', '') else nullif(road, '') end as road, nullif(replace(building_no, ' - ', '-'), '') as building_no,
    nullif(replace(lot_no, ' - ', '-'), '') as lot_no,
    nullif(case when b.name <> '' and neighbourhood in ('', b.name)
            then concat_ws(' ', nullif(trim(b.before, ' ,'), ''), nullif(trim(b.behind, ' ,'), ''), '(' || nullif(trim(b.building), '') || ')')
        when starts_with(tail, ' ') or starts_with(tail, ',') or suffix(tail, ' ') or suffix(tail, ',') then trim(tail, ' ,') else tail end, '') as detail,
    nullif(postcode, '') as postcode, cast(null as varchar) as house_no, cast(null as varchar) as street, cast(null as varchar) as unit,
    cast(null as varchar) as city, cast(null as varchar) as region
from bracketed
union all
select address, kind, nullif(province, ''), nullif(district, ''), nullif(neighbourhood, ''), nullif(road, ''), nullif(building_no, ''),
    nullif(lot_no, ''), nullif(detail, ''), nullif(postcode, ''), nullif(house_no, ''), nullif(street, ''), nullif(unit, ''), nullif(city, ''), nullif(region, '')
from clean.latin_addresses
union all
select address, 'unknown', null, null, null, null, null, null, null, null, null, null, null, null, null from clean.address_texts where script = 'other'
