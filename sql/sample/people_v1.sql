-- Make people: a name in their own script and in Latin letters, a birthday, a gender, a place in a household.
--
-- grain    one row per person_id
-- param    seed     integer   another seed gives other people
-- param    as_of    date      ages are counted back from this day
-- returns  person_id, household_id, head_id, role (head, spouse, child), country, culture, gender (female, male), birth_date,
--          family_name, given_name, family_roman, given_roman, family_romans, given_romans (lists of
--          spellings), family_ascii, given_ascii
-- engine   duckdb
with roles as (
    select
        *,
        (md5_number($seed || ':name:' || person_id) >> 64)::ubigint as n,
        case
            when rank = 1 then 'head'
            when rank = 2 and (h >> 10) % 1024 < 660 then 'spouse'
            else 'child'
        end as role,
        if((hh >> 20) % 2 = 0, 'female', 'male') as head_gender
    from sample.households
),

persons as (
    select
        *,
        case role
            when 'head' then head_gender
            when 'spouse' then if(head_gender = 'female', 'male', 'female')
            else if((h >> 20) % 2 = 0, 'female', 'male')
        end as gender,
        -- A head with others in the home is 46 or older, so that a child is 13 or older.
        if(n_members > 1, 46 + (hh >> 21) % 30, 19 + (hh >> 21) % 60)::bigint as head_age
    from roles
),

drawn as (
    select
        *,
        -- Children bear the head's surname, three Latin spouses in four do, Korean spouses keep their own.
        if(
            role = 'head' or role = 'child' or (culture <> 'korean' and (h >> 21) % 4 < 3),
            (hh >> 30) % 4096, n % 4096
        )::bigint as family_slot,
        -- Some children bear the head's whole name.
        if(
            role = 'head'
            or (role = 'child' and culture <> 'korean' and gender = head_gender and (h >> 23) % 64 < 4),
            (hh >> 42) % 4096, (n >> 12) % 4096
        )::bigint as given_slot,
        case role
            when 'head' then head_age
            when 'spouse' then head_age - 6 + (h >> 30) % 10
            else head_age - 24 - (h >> 30) % 10
        end::bigint as age
    from persons
)

select
    drawn.person_id,
    drawn.household_id,
    drawn.person_id - drawn.rank + 1 as head_id,
    drawn.role,
    drawn.country,
    drawn.culture,
    drawn.gender,
    ($as_of - (drawn.age * 365 + (drawn.h >> 40) % 365)::int)::date as birth_date,
    family.name as family_name,
    given.name as given_name,
    family.roman as family_roman,
    given.roman as given_roman,
    family.romans as family_romans,
    given.romans as given_romans,
    family.ascii as family_ascii,
    given.ascii as given_ascii
from drawn
join sample.name_slots as family
    on family.culture = drawn.culture and family.part = 'family' and family.slot = drawn.family_slot
join sample.name_slots as given
    on given.culture = drawn.culture and given.part = drawn.gender and given.slot = drawn.given_slot
