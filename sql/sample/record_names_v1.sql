-- Write each record's name as it is right and, where it differs, as the person or a clerk gave it there.
--
-- grain    one row per source and _row
-- returns  source, _row, n1 (random bits of the record), full_right, given_right, family_right (missing where the source
--          has no such column), full_given, given_given, family_given (missing where given as right), variant
--          (romanised, nickname, …; missing for none)
-- engine   duckdb
with named as (
    select
        records.source,
        records._row,
        records.n1,
        records.n2 as h,
        people.culture, people.family_name, people.given_name,
        people.family_romans[1 + ((records.n2 >> 50) % len(people.family_romans))::int] as family_roman,
        people.given_romans[1 + ((records.n2 >> 56) % len(people.given_romans))::int] as given_roman,
        nicknames.nickname,
        rates.kind
    from sample.records
    join sample.people on people.person_id = records.person_id
    left join sample.nicknames
        on nicknames.culture = people.culture and nicknames.name = people.given_name
    left join sample.rate_slots as rates
        on rates.list = 'variant' and rates.role = 'name'
        and rates.who = if(people.culture = 'korean', 'korean', 'latin')
        and rates.slot = (records.n2 >> 40) % 1024
),

chosen as (
    -- A variant that does not show is none: no nickname, no accent, or a list that has given names only.
    select
        *,
        case
            when kind = 'nickname' and nickname is null then null
            when kind = 'unaccented' and strip_accents(given_name || family_name) = given_name || family_name then null
            when kind in ('family_name_first', 'family_name_last', 'initial') and source = 'newsletter' then null
            else kind
        end as variant,
        if(
            given_roman like '%-%',
            -- Min-su, Minsu, Min Su.
            [given_roman, replace(given_roman, '-', ''), split_part(given_roman, '-', 1) || ' '
                || upper(split_part(given_roman, '-', 2)[1]) || split_part(given_roman, '-', 2)[2:]
            ][1 + ((h >> 58) % 3)::int],
            given_roman
        ) as given_spelled
    from named
)

select
    source,
    _row,
    n1,
    case when source in ('crm', 'postal', 'tickets')
        then if(culture = 'korean', family_name || given_name, given_name || ' ' || family_name) end as full_right,
    if(source in ('shop_customers', 'newsletter'), given_name, null) as given_right,
    if(source = 'shop_customers', family_name, null) as family_right,
    case variant
        when 'romanised'
            then if((h >> 63) = 0, family_roman || ' ' || given_spelled, given_spelled || ' ' || family_roman)
        when 'family_name_last' then given_name || ' ' || family_name
        when 'nickname' then nickname || ' ' || family_name
        when 'family_name_first' then family_name || if((h >> 62) < 3, ', ', ' ') || given_name
        when 'initial' then given_name[1] || '. ' || family_name
        when 'unaccented' then strip_accents(given_name || ' ' || family_name)
    end as full_given,
    case
        when variant = 'romanised' then given_spelled
        when variant = 'nickname' then nickname
        when variant = 'initial' then given_name[1] || '.'
        when variant = 'unaccented' then strip_accents(given_name)
        when variant in ('family_name_first', 'family_name_last') then family_name
    end as given_given,
    case
        when variant = 'romanised' then family_roman
        when variant = 'unaccented' then strip_accents(family_name)
        when variant in ('family_name_first', 'family_name_last') then given_name
    end as family_given,
    variant
from chosen
