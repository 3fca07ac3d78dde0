-- Spread countries, places, streets and companies over 1,024 slots each, so that one draw picks one.
--
-- grain    one row per list, country and slot
-- returns  list (country, place, street, company), country (all of them when the list is country), slot (0 to 1023),
--          word, region, postcode (pattern, # stands for a digit; places only)
-- engine   duckdb
with words as (
    select 'country' as list, 'all' as country, country as word, null as region, null as postcode, share::bigint as weight
    from sample.countries
    union all
    select 'place', country, city, region, postcode, weight::bigint from sample.places
    union all
    select 'street', country, street, null, null, 1 from sample.streets
    union all
    select 'company', country, company, null, null, 1 from sample.companies
),

shares as (
    select
        *,
        sum(weight) over (
            partition by list, country order by word, region, postcode rows unbounded preceding
        ) as up_to,
        sum(weight) over (partition by list, country) as total
    from words
)

select
    list,
    country,
    -- From the first slot that is not the word's before it to the last of its own.
    unnest(range(
        (((up_to - weight) * 1024 + total - 1) // total)::bigint, ((up_to * 1024 + total - 1) // total)::bigint
    )) as slot,
    word,
    region,
    postcode
from shares
