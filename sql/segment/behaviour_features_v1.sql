-- Measure how every customer behaves: how lately, how often and for how much they buy, and what.
--
-- grain    one row per customer_id of segment.rfm
-- returns  recency (ln of 1 and the days since the last purchase), frequency (ln of 1 and the purchases), monetary (ln of 1 and the net
--          revenue; 0 when that is not above zero), category_1 to category_6 (shares of the net spend in categories that
--          segment.behaviour_categories names; 0 without)

-- Logarithms, because the step from 1 purchase to 2 says as much as the one from 10 to 20.
with mixes as (
  select
    spends.customer_id,
    sum(spends.spend) as spend_all,
    sum(case when categories.place = 1 then spends.spend end) as spend_1,
    sum(case when categories.place = 2 then spends.spend end) as spend_2,
    sum(case when categories.place = 3 then spends.spend end) as spend_3,
    sum(case when categories.place = 4 then spends.spend end) as spend_4,
    sum(case when categories.place = 5 then spends.spend end) as spend_5,
    sum(case when categories.place = 6 then spends.spend end) as spend_6
  from segment.spends as spends
  left join segment.behaviour_categories as categories on categories.category = spends.category
  where spends.spend > 0
  group by spends.customer_id
)
select
  rfm.customer_id,
  cast(ln(1 + greatest(rfm.recency_days, 0)) as decimal(9, 6)) as recency,
  cast(ln(1 + rfm.frequency) as decimal(9, 6)) as frequency,
  cast(ln(1 + cast(greatest(rfm.monetary, 0) as double)) as decimal(9, 6)) as monetary,
  cast(coalesce(cast(mixes.spend_1 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_1,
  cast(coalesce(cast(mixes.spend_2 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_2,
  cast(coalesce(cast(mixes.spend_3 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_3,
  cast(coalesce(cast(mixes.spend_4 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_4,
  cast(coalesce(cast(mixes.spend_5 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_5,
  cast(coalesce(cast(mixes.spend_6 as double) / nullif(cast(mixes.spend_all as double), 0), 0) as decimal(9, 6)) as category_6
from segment.rfm as rfm
left join mixes on mixes.customer_id = rfm.customer_id
