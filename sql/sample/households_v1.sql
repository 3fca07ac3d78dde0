-- Group people into households that share a home, a landline and mostly a surname.
--
-- grain    one row per person_id
-- param    people   integer   how many people to make
-- param    seed     integer   another seed gives other people
-- returns  person_id, h (64 random bits of the person), household_id, rank (1 is the head), n_members,
--          hh (64 random bits of the household), hp (64 more), country, culture (of the names)
-- engine   duckdb
with people as (
    select
        i as person_id,
        (md5_number($seed || ':person:' || i) >> 64)::ubigint as h
    from range(1, $people + 1) as numbers (i)
),

grouped as (
    -- Five in nine begin a household, so the mean size is 1.8.
    select
        person_id,
        h,
        sum((h % 1024 < 569 or person_id = 1)::int) over (order by person_id rows unbounded preceding) as household_id
    from people
),

households as (
    select
        household_id,
        min(person_id) as head_id,
        count(*) as n_members,
        (md5_number($seed || ':household:' || household_id) >> 64)::ubigint as hh,
        (md5_number($seed || ':home:' || household_id) >> 64)::ubigint as hp
    from grouped
    group by household_id
),

placed as (
    select
        households.*,
        countries.word as country,
        -- One household in twenty has moved between cultures: Koreans in New York, Americans in Seoul.
        case
            when (hh >> 10) % 1024 >= 51 then lists.culture
            when countries.word = 'KR' then 'english'
            when countries.word = 'US' then 'korean'
            else lists.culture
        end as culture
    from households
    join sample.word_slots as countries
        on countries.list = 'country' and countries.slot = households.hh % 1024
    join sample.countries as lists on lists.country = countries.word
)

select
    grouped.person_id,
    grouped.h,
    grouped.household_id,
    grouped.person_id - placed.head_id + 1 as rank,
    placed.n_members,
    placed.hh,
    placed.hp,
    placed.country,
    placed.culture
from grouped
join placed on placed.household_id = grouped.household_id
