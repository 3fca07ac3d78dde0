-- Give every household an address and a landline, and who is known at an older address that one too.
--
-- grain    one row per kind (now: of a household, former: of a person) and id
-- param    seed     integer   another seed gives other homes
-- returns  kind (now, former), id (household_id or person_id), region, city, street (with numbers), postcode,
--          address (all of it in one line), landline (Korean households only)
-- engine   duckdb
with wanted as (
    select distinct 'now' as kind, household_id as id, country, hp
    from sample.households
    union all
    select distinct 'former', people.person_id, people.country,
        (md5_number($seed || ':former:' || people.person_id) >> 64)::ubigint
    from sample.records
    join sample.people on people.person_id = records.person_id
    where records.variant_address = 'moved_house'
),

drawn as (
    select
        wanted.kind,
        wanted.id,
        wanted.country,
        wanted.hp,
        places.region,
        places.word as city,
        streets.word as street,
        ((hp >> 20) % 180 + 1)::varchar as number,
        places.postcode,
        lpad(((hp >> 28) % 100000)::varchar, 5, '0') as digits,
        -- Multiplying by a number prime to the modulus keeps landlines apart from each other.
        (wanted.id * 7368787 % 8000000 + 2000000)::varchar as line,
        ['02', '031', '032', '051', '053', '042'][1 + ((hp >> 45) % 6)::int] as area
    from wanted
    join sample.word_slots as places
        on places.list = 'place' and places.country = wanted.country and places.slot = hp % 1024
    join sample.word_slots as streets
        on streets.list = 'street' and streets.country = wanted.country and streets.slot = (hp >> 10) % 1024
),

written as (
    select
        *,
        case
            when country = 'KR' and (hp >> 48) % 4 < 3 then street || ' ' || number || ', '
                || ((hp >> 50) % 12 + 101) || '동 ' || (((hp >> 54) % 19 + 1) * 100 + (hp >> 59) % 4 + 1) || '호'
            when country in ('US', 'GB', 'FR') then number || ' ' || street
            when country in ('ES', 'BR') then street || ', ' || number
            else street || ' ' || number
        end as street_line,
        -- Each # of the pattern takes the next digit; none has more than seven.
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            postcode, '#', digits[1]), '#', digits[2]), '#', digits[3]), '#', digits[4]), '#', digits[5]),
            '#', digits[2]), '#', digits[4]
        ) as full_postcode
    from drawn
)

select
    kind,
    id,
    region,
    city,
    street_line as street,
    full_postcode as postcode,
    case
        when country = 'KR' then region || ' ' || city || ' ' || street_line
        else street_line || ', ' || full_postcode || ' ' || city
    end as address,
    if(country = 'KR' and kind = 'now',
        area || '-' || substr(line, 1, 3) || '-' || substr(line, 4), null) as landline
from written
