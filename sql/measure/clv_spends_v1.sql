-- Count the customers who spend alike: all that fitting a model of spend needs to see.
--
-- grain    one row per n_spends and band of mean repeat spend; a band is a thousandth wide
-- returns  n_customers, mean_spend (of the customers in the band: exact where one customer is alone in it)
-- source   Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013)

-- The likelihood hardly bends within a thousandth, so the mean of a band stands for its customers to seven digits.
-- Who spent nothing on repeat purchases has no place in a model of spend above zero.
with banded as (
  select
    n_spends, mean_repeat_spend,
    cast(floor(1000 * ln(cast(mean_repeat_spend as double))) as bigint) as band
  from measure.clv_customers
  where n_spends > 0 and mean_repeat_spend > 0
)
select
  n_spends,
  band,
  count(*) as n_customers,
  cast(sum(mean_repeat_spend) as double) / nullif(cast(count(*) as double), 0) as mean_spend
from banded
group by n_spends, band
