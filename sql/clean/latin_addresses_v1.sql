-- Part addresses in Latin letters: house number, street, unit, city, region and postcode; romanised Korean ones by their endings.
--
-- grain    one row per address text in Latin letters
-- returns  address, kind (generic, road, lot, unknown), province, district, neighbourhood, road, number, detail, postcode, house_no,
--          street, unit, city, region; '' for what the address does not say. Romanised parts stay in Latin letters
-- engine   duckdb
with romanised as (
    select address,
        coalesce(nullif(regexp_extract(address, '(?i)((?:[a-z]+-)?[a-z][a-z0-9''·.]*-(?:daero|ro|gil)(?:[ -]?[0-9]+(?:beon-?)?(?:ga-?|na-?|an-?)?-?gil)?)(?:[ ,]|$)', 1), ''),
            regexp_extract(address, '(?i)([a-z]{2,}(?:daero|ro|gil)(?:[ -]?[0-9]+(?:beon-?)?-?gil)?)(?:[ ,]|$)', 1)) as road,
        regexp_extract(address, '(?i)(?:^|[ ,(])((?:[a-z]+-(?:eup|myeon)[ ,]+)?[a-z]+[0-9]*-(?:dong|ri|ga|eup|myeon)(?:[ ,]+[a-z]+-(?:eup|myeon))?)(?:[ ,)]|$)', 1)
            as neighbourhood,
        regexp_extract(address, '(?i)(?:^|[ ,])([a-z]+-(?:gu|gun))(?:[ ,)]|$)', 1) as gu,
        regexp_extract(address, '(?i)(?:^|[ ,])([a-z]+-si)(?:[ ,)]|$)', 1) as si,
        regexp_extract(address, '(?i)(?:^|[ ,])([a-z]+-do|seoul|busan|daegu|incheon|gwangju|daejeon|ulsan|sejong)(?:-si)?(?:[ ,)]|$)', 1) as province,
        regexp_extract(address, '(?:^|[ ,(])([0-9]{5}|[0-9]{3}-[0-9]{3})(?:[ ,)]|$)', 1) as postcode,
        regexp_extract(address, '(?i)(?:^|[ ,(])((?:(?:[a-z]*[0-9]+[a-z]*-(?:dong|ho|f|cheung)|b?[0-9]+ ?fl?)[ ,]*)+)(?:[ ,)]|$)', 1) as detail
    from clean.address_texts
    where script = 'romanised'
),
numbered as (
    -- The number stands before the name (English order) or behind it (Korean order).
    select *, case when road <> '' then road else neighbourhood end as place,
        case when postcode = '' then address else replace(address, postcode, '') end as unposted
    from romanised
),
placed as (
    select *, case when place = '' then '' else coalesce(
        nullif(regexp_extract(substr(unposted, 1, instr(unposted, place) - 1), '(?:^|[ ,])([0-9]+(?:-[0-9]+)?)[ ,]*$', 1), ''),
        regexp_extract(substr(unposted, instr(unposted, place) + length(place)), '^[ ,]*([0-9]+(?:-[0-9]+)?)(?:[ ,(]|$)', 1)) end as number
    from numbered
),
tails as (
    select address, case when regexp_matches(address, '[0-9][A-Za-z]{0,2}$|[0-9], *[A-Za-z .]+$') then
        regexp_extract(address, '^(.+?), *([^,0-9]+?)(?:,? +([A-Z]{2,3}))?,? +([0-9]{4,5}(?:-[0-9]{3,4})?|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}'
            || '|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])(?:, *[^0-9,]+)?$', ['line', 'city', 'region', 'postcode']) end as t,
        regexp_extract(address, '^(.+?), *(?:[A-Z]{1,2}-)?([0-9]{4} ?[A-Z]{2}|[0-9]{4,5}(?:-[0-9]{3})?|[0-9]{3} [0-9]{2}'
            || '|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}) +([^,0-9]+)(?:, *[^0-9,]+)?$', ['line', 'postcode', 'city']) as e
    from clean.address_texts
    where script = 'latin'
),
lines as (
    select address, case when t.line <> '' then t.line when e.line <> '' then e.line else regexp_replace(address, ', *[^,0-9]+$', '', 'g') end as line,
        case when t.line <> '' then t.city when e.line <> '' then e.city else regexp_extract(address, '^[^,]*[0-9].*, *([^,0-9]+)$', 1) end as city,
        case when t.line <> '' then t.region else '' end as region, case when t.line <> '' then t.postcode else e.postcode end as postcode
    from tails
),
units as (
    select *, case when regexp_matches(lower(line), 'apt|unit|s(ui)?te|flat|fl|room|rm|bldg|#') then regexp_extract(line,
        '(?i)(?:^|[ ,])((?:(?:apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|bldg|building)\b[.]? *#? *|# *)(?:[0-9]+[a-z]?(?:-[0-9a-z]+)?|[a-z][0-9]*)'
        || '|[0-9]+(?:st|nd|rd|th) (?:floor|fl)\b)(?:[ ,]|$)', 1) else '' end as unit
    from lines
),
housed as (
    select *, case when unit = '' then line else trim(replace(replace(line, unit, ''), ' ,', ','), ' ,') end as whole from units
),
streets as (
    select *, case when regexp_matches(lower(whole), '^(p[.]? ?o[.]? box|postfach)') then {'house_no': '', 'street': whole}
        when regexp_matches(whole, '^[0-9]+[a-zA-Z]?[ ,/-]') then regexp_extract(whole, '^([0-9]+[a-zA-Z]?(?:[-/][0-9]+[a-zA-Z]?)?(?: (?:bis|ter))?)[ ,]+([^ ,0-9].*)$', ['house_no', 'street'])
        else regexp_extract(whole, '^(.*[^ ,0-9])[ ,]+(?:[nN][º°o][.]? ?)?([0-9]+ ?[a-zA-Z]?(?:[-/][0-9]+)?)$', ['street', 'house_no']) end as s
    from housed
)
select address, case when number = '' and gu = '' then 'unknown' when road <> '' then 'road' when neighbourhood <> '' then 'lot' else 'unknown' end as kind,
    province, concat_ws(', ', nullif(gu, ''), nullif(si, '')) as district, neighbourhood, road,
    case when kind = 'road' then number else '' end as building_no, case when kind = 'lot' then number else '' end as lot_no, rtrim(detail, ' ,') as detail, postcode,
    '' as house_no, '' as street, '' as unit, '' as city, '' as region
from placed
union all
select address, case when s.house_no <> '' or postcode <> '' then 'generic' else 'unknown' end, '', '', '', '', '', '', '', postcode,
    s.house_no, case when s.street <> '' then s.street else whole end, unit, trim(city), region
from streets
