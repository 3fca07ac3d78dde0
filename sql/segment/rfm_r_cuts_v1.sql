-- Find the cut points between the scores of the R package rfm.
--
-- grain    one row per value (recency_days, frequency, monetary) and cut
-- param    bins   integer from 1 to 100 = 5   scores from 1 to bins, so there are bins - 1 cuts of each value
-- returns  value_name, cut (1 is the lowest), threshold (in the unit of the value)
-- source   Hebbali, rfm: Recency, Frequency and Monetary Value Analysis (R package); Hyndman and Fan (1996), type 7

-- A cut is the quantile of type 7 (between the two nearest values, in proportion) plus 1, as that package
-- has it. Ties may make cuts equal; the scores between them are then given to nobody.
with digits as (
  select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),
cuts as (
  select 10 * tens.digit + ones.digit as cut
  from digits as ones
  cross join digits as tens
  where 10 * tens.digit + ones.digit between 1 and $bins - 1
),
long as (
  select 'recency_days' as value_name, customer_id, cast(recency_days as decimal(18, 4)) as value from segment.rfm
  union all
  select 'frequency' as value_name, customer_id, cast(frequency as decimal(18, 4)) as value from segment.rfm
  union all
  select 'monetary' as value_name, customer_id, monetary as value from segment.rfm
),
ordered as (
  select
    value_name, value,
    row_number() over (partition by value_name order by value, customer_id) - 1 as place,
    count(*) over (partition by value_name) as n
  from long
),
around as (
  select
    ordered.value_name, cuts.cut,
    max((ordered.n - 1) * cuts.cut % nullif($bins, 0)) as part,
    max(case when ordered.place = (ordered.n - 1) * cuts.cut // nullif($bins, 0) then ordered.value end) as below,
    max(ordered.value) as above
  from ordered
  inner join cuts
    on ordered.place between (ordered.n - 1) * cuts.cut // nullif($bins, 0) and (ordered.n - 1) * cuts.cut // nullif($bins, 0) + 1
  group by ordered.value_name, cuts.cut
)
select
  value_name,
  cast(cut as integer) as cut,
  cast(below * $bins + part * (above - below) as double) / nullif(cast($bins as double), 0) + 1 as threshold
from around
