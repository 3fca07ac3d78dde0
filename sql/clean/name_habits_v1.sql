-- Tell which sources hold given names alone in their column of full names.
--
-- grain    one row per source
-- returns  n_hangul (names in Hangul), n_short (of one or two syllables), is_given_only (ten short ones and more than half)
with names as (
    select _source, replace(full_name, ' ', '') as name from source.contacts where full_name is not null
    union all select _source, replace(full_name, ' ', '') from source.tickets where full_name is not null
),
hangul as (select _source, length(name) as n_syllables from names where regexp_full_match(name, '[가-힣]{1,5}')),
counted as (
    select _source, count(*) as n_hangul, cast(sum(case when n_syllables <= 2 then 1 else 0 end) as bigint) as n_short
    from hangul
    group by _source
)
select _source, n_hangul, n_short, n_short >= 10 and 2 * n_short > n_hangul as is_given_only
from counted
