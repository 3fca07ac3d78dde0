-- List names that stand in both name columns but clearly belong into one: given names and family names by the data itself.
--
-- grain    one row per name, as written
-- returns  token, side (given, family: where it mostly stands), n_given, n_family
with counted as (
    -- Hangul is told apart by its syllables.
    select given_name as token, count(*) as n_given, 0 as n_family from source.contacts
    where given_name < '가' and family_name <> '' group by given_name
    union all
    select family_name, 0, count(*) from source.contacts where family_name < '가' and given_name <> '' group by family_name
),
summed as (
    select token, sum(n_given) as n_given, sum(n_family) as n_family from counted group by token
)
select token, case when n_given > n_family then 'given' else 'family' end as side, n_given, n_family
from summed
-- One in ten may be misplaced; five are a habit.
where token <> '' and greatest(n_given, n_family) >= 5 and least(n_given, n_family) * 10 <= greatest(n_given, n_family)
