-- Find numbers that stand apart from all others of their column, however long the tail of its distribution is.
--
-- grain    one row per column_no and side (1: large, -1: small) on which a few numbers stand apart
-- returns  bound (the last number that does not), beyond (the first that does), n_beyond (rows), surprise (minus the natural logarithm of the
--          chance of such a gap in a tail as heavy as this one)
-- source   Hill (1975): in a heavy tail the logarithm of the ratio of neighbours is exponential; its mean is measured on the tail itself
with sided as (
    select p.column_no, s.side, s.side * (p.x - c.q50) as d, p.x, p.n
    from draft.points p
    join draft.numbers c on c.column_no = p.column_no
    cross join (select unnest([1, -1]) as side) s
    where s.side * (p.x - c.q50) > 0 and c.n_points >= 8 and c.n_rows >= 50
),
summed as (
    select *, sum(n) over (partition by column_no, side) as total, sum(n) over (partition by column_no, side order by d) as upto,
        sum(n * ln(d)) over (partition by column_no, side order by d) as logs,
        lag(d) over (partition by column_no, side order by d, x) as d_before, lag(x) over (partition by column_no, side order by d, x) as x_before
    from sided
),
tails as ( -- Where the tail begins: the outer fiftieth, and at least some twenty rows.
    select column_no, side, min(d) as d_tail, min(upto) as upto_tail, arg_min(logs, d) as logs_tail
    from summed where upto >= total * (1 - greatest(0.02, least(0.25, 20.0 / nullif(total, 0)))) group by column_no, side
),
gaps as (
    select s.column_no, s.side, s.x_before as bound, s.x as beyond, s.total - s.upto + s.n as n_beyond, ln(s.d / nullif(s.d_before, 0)) as gap,
        coalesce((s.logs - s.n * ln(s.d) - t.logs_tail) / nullif(s.upto - s.n - t.upto_tail, 0) - ln(t.d_tail), 0) as heaviness
    from summed s
    join tails t on t.column_no = s.column_no and t.side = s.side
    where s.d_before >= t.d_tail and s.total - s.upto + s.n <= greatest(1, 0.005 * s.total)
),
weighed as (
    select *, round(n_beyond * gap / nullif(greatest(heaviness, 0.02), 0), 6) as surprise from gaps where gap > 0.25
),
ranked as (
    select *, row_number() over (partition by column_no, side order by surprise desc, bound) as place from weighed where surprise > 12
)
select column_no, cast(side as integer) as side, bound, beyond, cast(n_beyond as bigint) as n_beyond, surprise from ranked where place = 1
