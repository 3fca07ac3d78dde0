-- Measure how far one column decides another.
--
-- grain    one row, for the columns determinant and dependent of draft.pair
-- returns  n_filled (rows that have both), n (of these in groups of two and more), n_decided (of these in groups with a clear majority),
--          n_failed (rows that do not have the one commonest value of their group), n_known (of these with a value that is the majority
--          of another group), n_top (rows of the dependent's commonest value)
-- source   Kivinen and Mannila (1995), error g3 of approximate dependencies
with counted as (
    select determinant, dependent, count(*) as n from draft.pair where determinant is not null and dependent is not null group by determinant, dependent
),
placed as (
    select *, max(n) over (partition by determinant) as n_most, sum(n) over (partition by determinant) as size from counted
),
led as (
    select *, count(*) filter (where n = n_most) over (partition by determinant) = 1 and n = n_most as is_leading from placed
),
known as (
    select distinct dependent from led where is_leading and size > 2 and n * 2 > size
)
select cast(coalesce(sum(l.n), 0) as bigint) as n_filled, cast(coalesce(sum(l.n) filter (where l.size > 1), 0) as bigint) as n,
    cast(coalesce(sum(l.n) filter (where l.size > 1 and l.n_most * 2 > l.size), 0) as bigint) as n_decided,
    cast(coalesce(sum(l.n) filter (where not l.is_leading), 0) as bigint) as n_failed,
    cast(coalesce(sum(l.n) filter (where not l.is_leading and k.dependent is not null), 0) as bigint) as n_known,
    cast(coalesce((select max(n) from (select sum(n) as n from counted group by dependent)), 0) as bigint) as n_top
from led l
left join known k on k.dependent = l.dependent
