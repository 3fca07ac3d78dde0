-- Turn the stated probabilities of variants and noise into 1,024 slots; a slot that no kind holds is missing.
--
-- grain    one row per list, role, who and slot
-- returns  list (variant, noise), role (what kind of cell), who (a culture for variants, a source for noise),
--          slot (0 to 1023), kind
-- engine   duckdb
with sources as (
    select distinct source from sample.columns
),

cultures as (
    select unnest(['korean', 'latin']) as culture
),

rates as (
    select 'variant' as list, variants.role, cultures.culture as who, variants.kind, variants.share::double as share
    from sample.variants
    join cultures on variants.culture in (cultures.culture, 'any')
    union all
    select 'noise', noise.role, sources.source, noise.kind, noise.share::double
    from sample.noise
    join sources on noise.source in (sources.source, 'any')
),

slots_a_kind as (
    select
        list,
        role,
        who,
        kind,
        greatest(1, round(share * 1024))::bigint as n,
        sum(greatest(1, round(share * 1024))::bigint) over (
            partition by list, role, who order by kind rows unbounded preceding
        ) as up_to
    from rates
    where share > 0
)

select list, role, who, kind, unnest(range(up_to::bigint - n, up_to::bigint)) as slot
from slots_a_kind
