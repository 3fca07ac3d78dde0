-- Draw the customers that clusters of behaviour are found on: the same ones in every run, whatever the order of rows.
--
-- grain    one row per customer_id of the sample
-- returns  place (from 1, in the order of the md5 of customer_id), and the columns of segment.behaviour_features
with drawn as (
  select *, row_number() over (order by md5(customer_id), customer_id) as place
  from segment.behaviour_features
)
select drawn.*
from drawn
cross join segment.behaviour_settings as settings
where drawn.place <= settings.n_sample
