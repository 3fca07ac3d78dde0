-- Hold how customers are put into clusters by behaviour, so that the templates and the search see the same settings.
--
-- grain    one row
-- param    behaviour_k       integer = null   number of clusters; null lets the customers say it
-- param    behaviour_least   integer from 1 = 3      fewest clusters that are tried; two seldom say more than segment.value does
-- param    behaviour_most    integer from 1 = 8      most clusters that are tried, up to 12
-- param    behaviour_sample  integer from 1 = 5000   customers in the sample that clusters are found on, up to 50,000
-- returns  k (or null), least, most, n_sample
select
  cast(case when $behaviour_k is null then null else least(greatest($behaviour_k, 1), 12) end as integer) as k,
  cast(least(greatest($behaviour_least, 2), 12) as integer) as least,
  cast(least(greatest($behaviour_most, $behaviour_least, 2), 12) as integer) as most,
  cast(least(greatest($behaviour_sample, 100), 50000) as integer) as n_sample
