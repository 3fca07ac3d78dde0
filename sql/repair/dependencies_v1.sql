-- Find columns that decide another one: one postcode has one city.
--
-- grain    one row per determinant_no and dependent_no that nearly always agree; a functional dependency with its exceptions
-- param    most_pairs   integer = 10000000   the best dependencies are kept, up to ten times so many pairs of cells in the table
-- returns  n (rows in groups of at least two), n_exceptions (that do not have their group's commonest value), n_breaches (of
--          these, what cannot be a typing error: another known value), strength (share of n that is no breach), lift (how much
--          of what is left to err when guessing the commonest value of the whole column goes: 1 all, 0 nothing),
--          is_scattered (breaches stand alone in their groups, as errors do; other true values come in numbers)
-- source   Kivinen and Mannila (1995), error g3 of approximate dependencies; Goodman and Kruskal (1954), lambda
with grouped as (
    select determinant_no, dependent_no, value_id, sum(n) as size, max(n) as n_top,
        max_by(dependent_id, n * 1000000000 - dependent_id) as top_id
    from repair.sample_counts group by determinant_no, dependent_no, value_id
),
groups as ( -- A group that is mostly empty tells of nothing.
    select g.* from grouped g join repair.distinct_values t on t.value_id = g.top_id and t.value is not null
),
rough as (
    select determinant_no, dependent_no, sum(size) filter (where size > 1) as n,
        cast(sum(size) filter (where size > 1) as double) / nullif(sum(size), 0) as share_covered,
        avg(case when n_top * 2 > size then 1.0 else 0.0 end) filter (where size > 2) as share_decided
    from groups group by determinant_no, dependent_no
    having sum(n_top) filter (where size > 1) >= 0.5 * sum(size) filter (where size > 1)
),
-- A value that is the rule somewhere is no typing error.
known as (
    select distinct g.top_id as value_id
    from groups g join rough r on r.determinant_no = g.determinant_no and r.dependent_no = g.dependent_no
    where g.size > 2 and g.n_top * 2 > g.size
),
exceptions as (
    select s.determinant_no, s.dependent_no, s.dependent_id, g.top_id, sum(s.n) as n, sum(s.n) filter (where s.n = 1 and g.size > 2) as n_single
    from repair.sample_counts s
    join rough r on r.determinant_no = s.determinant_no and r.dependent_no = s.dependent_no
    join groups g on g.determinant_no = s.determinant_no and g.dependent_no = s.dependent_no and g.value_id = s.value_id
    where g.size > 1 and s.dependent_id <> g.top_id
    group by s.determinant_no, s.dependent_no, s.dependent_id, g.top_id
),
judged as (
    select e.determinant_no, e.dependent_no, e.n, e.n_single,
        -- An empty cell contradicts nothing.
        v.value is null or k.value_id is null and coalesce(damerau_levenshtein(left(v.value, 100), left(t.value, 100))
            <= greatest(1, length(left(t.value, 100)) // 3), false) as is_like
    from exceptions e
    join repair.distinct_values v on v.value_id = e.dependent_id
    join repair.distinct_values t on t.value_id = e.top_id
    left join known k on k.value_id = e.dependent_id
),
breaches as (
    select determinant_no, dependent_no, sum(n) as n_exceptions, coalesce(sum(n) filter (where not is_like), 0) as n_breaches,
        coalesce(sum(n_single) filter (where not is_like), 0) as n_single
    from judged group by determinant_no, dependent_no
),
measured as (
    select r.determinant_no, r.dependent_no, r.n, coalesce(b.n_exceptions, 0) as n_exceptions, coalesce(b.n_breaches, 0) as n_breaches, b.n_single,
        1 - coalesce(b.n_breaches, 0) / nullif(cast(r.n as double), 0) as strength,
        1 - coalesce(b.n_breaches, 0) / nullif(r.n * (1 - c.share_top), 0) as lift, r.share_covered, r.share_decided
    from rough r
    join repair.columns c on c.column_no = r.dependent_no
    left join breaches b on b.determinant_no = r.determinant_no and b.dependent_no = r.dependent_no
),
ranked as (
    select *, row_number() over (partition by dependent_no order by lift desc, strength desc, determinant_no) as place,
        row_number() over (order by lift desc, strength desc, determinant_no, dependent_no) as place_of_all
    from measured
    where n >= 10 and strength >= 0.9 and lift >= 0.85 and share_covered >= 0.3 and share_decided >= 0.8
)
select determinant_no, dependent_no, n, n_exceptions, n_breaches, round(strength, 6) as strength, round(lift, 6) as lift,
    coalesce(n_single >= 0.9 * n_breaches, false) as is_scattered
from ranked
where place <= 12 and place_of_all <= greatest(20, 10 * $most_pairs // nullif((select max(n_rows) from repair.columns), 0))
