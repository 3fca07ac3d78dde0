-- Decide in which sources each person appears, how often, and in which row.
--
-- grain    one row per source and _row: a record about a person
-- param    seed     integer   another seed spreads people differently
-- param    as_of    date      no record is made after this day
-- returns  source (file stem), _row (1-based), source_key (missing where the source has no key), person_id,
--          copy (0 is the first record of a person there), created_at, h, n1, n2 (64 random bits each),
--          variant_address (moved_house, or missing)
-- engine   duckdb
with drawn as (
    select person_id, country, (md5_number($seed || ':sources:' || person_id) >> 64)::ubigint as h
    from sample.people
),

spread as (
    -- Shares of 1,024: in the CRM 55 %, shop 50 %, newsletter 40 %, postal list 25 % (of those in Korea), tickets 12 %.
    select
        person_id,
        if(h % 1024 < 563, 1 + ((h >> 10) % 100 < 4)::int, 0) as n_crm,
        if((h >> 17) % 1024 < 512, 1 + ((h >> 27) % 100 < 3)::int, 0) as n_shop,
        if((h >> 34) % 1024 < 410, 1 + ((h >> 44) % 100 < 3)::int, 0) as n_newsletter,
        if((h >> 51) % 64 < 16 and country = 'KR', 1 + ((h >> 57) % 50 = 0)::int, 0) as n_postal,
        if((h >> 24) % 1024 < 123, 1 + ((h >> 38) % 4 = 0)::int + ((h >> 40) % 8 = 0)::int, 0) as n_tickets
    from drawn
),

copies as (
    select person_id, 'crm' as source, 1095 as days,
        unnest(range(n_crm + (n_crm + n_shop + n_newsletter + n_postal + n_tickets = 0)::int)) as copy
    from spread
    union all
    select person_id, 'shop_customers', 730, unnest(range(n_shop)) from spread
    union all
    select person_id, 'newsletter', 730, unnest(range(n_newsletter)) from spread
    union all
    select person_id, 'postal', 1460, unnest(range(n_postal)) from spread
    union all
    select person_id, 'tickets', 540, unnest(range(n_tickets)) from spread
),

hashed as (
    select *, (md5_number($seed || ':' || source || ':' || person_id || ':' || copy) >> 64)::ubigint as h
    from copies
),

dated as (
    select *, $as_of::timestamp - to_seconds(1 + (h % (days * 86400 - 1)::ubigint)::bigint) as created_at
    from hashed
),

numbered as (
    -- The postal list is in no order; the others are in the order of their making.
    select
        *,
        row_number() over (
            partition by source order by if(source = 'postal', null, created_at), h, person_id, copy
        ) as _row,
        md5_number($seed || ':noise:' || source || ':' || person_id || ':' || copy) as n
    from dated
)

select
    numbered.source,
    numbered._row,
    case numbered.source
        when 'crm' then 'C' || (100000 + numbered._row)
        when 'shop_customers' then (1000 + numbered._row)::varchar
        when 'tickets' then 'T-' || lpad(numbered._row::varchar, 7, '0')
    end as source_key,
    numbered.person_id,
    numbered.copy,
    numbered.created_at,
    numbered.h,
    (numbered.n >> 64)::ubigint as n1,
    (numbered.n & 18446744073709551615::uhugeint)::ubigint as n2,
    rates.kind as variant_address
from numbered
left join sample.rate_slots as rates
    on rates.list = 'variant' and rates.role = 'address' and rates.who = 'latin' and rates.slot = (numbered.h >> 50) % 1024
