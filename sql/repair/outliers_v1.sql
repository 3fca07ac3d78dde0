-- Find numbers far from the others of their column: off by a factor of ten, a hundred or a thousand, or out of all proportion.
--
-- grain    one row per cell whose number is an outlier
-- returns  row_id, column_no, value, repaired (the number without the factor; NULL: no better value is known), rule, confidence
--          (never sure: an outlier may be true)
-- source   Hampel identifier: distance from the median in median absolute deviations, scaled by 1.4826; here of the logarithm
--          where all numbers are positive, because amounts are skewed
with numbers as (
    select v.column_no, v.value, v.n, cast(v.value as double) as number
    from repair.distinct_values v
    join repair.columns c on c.column_no = v.column_no
    where c.share_number >= 0.95 and c.n_distinct >= 10 and c.n_filled >= 30 and c.n_repeated > 0
      and regexp_full_match(v.value, '-?[0-9]{1,15}([.][0-9]+)?') and not starts_with(v.value, '0')
),
signs as (
    select column_no, min(number) > 0 as is_positive from numbers group by column_no
),
scaled as (
    select m.column_no, m.value, m.n, m.number, s.is_positive,
        case when s.is_positive then log10(m.number) else m.number end as x
    from numbers m join signs s on s.column_no = m.column_no
),
centres as (
    select column_no, median(x) as middle, quantile_cont(x, 0.01) as low, quantile_cont(x, 0.99) as high from scaled group by column_no
),
spreads as (
    select s.column_no, median(abs(s.x - c.middle)) * 1.4826 as spread from scaled s join centres c on c.column_no = s.column_no group by s.column_no
),
far as (
    select s.*, c.middle, c.low, c.high, d.spread,
        case when s.is_positive then round(s.x - c.middle) else 0 end as power
    from scaled s
    join centres c on c.column_no = s.column_no
    join spreads d on d.column_no = s.column_no
    where d.spread > 0 and abs(s.x - c.middle) > 6 * d.spread and s.n <= 2
),
judged as (
    select *, abs(power) between 1 and 3 and abs(x - power - middle) < 2 * spread as is_factor from far
)
select c.row_id, c.column_no, j.value,
    case when j.is_factor and j.power > 0 then rtrim(rtrim(cast(cast(cast(j.value as decimal(38, 10)) * power(10, -j.power) as decimal(38, 10)) as varchar), '0'), '.')
         when j.is_factor then rtrim(rtrim(cast(cast(cast(j.value as decimal(38, 10)) * power(10, -j.power) as decimal(38, 10)) as varchar), '0'), '.') end as repaired,
    case when j.is_factor then 'number off by a factor' else 'number far from all others' end as rule, 0.5 as confidence
from judged j
join repair.cells c on c.column_no = j.column_no and c.value = j.value
