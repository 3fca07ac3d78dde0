-- Part customers by age.
--
-- scheme   age_band Age
-- grain    one row per customer_id of unify.customers
-- param    as_of  date   the day on which customers are looked at
-- returns  segment (under 20, 20s, 30s, 40s, 50s, 60s, 70 and over; unknown: no birth date, one after as_of, or of more than 120
--          years ago), age_years (full years; null when unknown). Born on 29 February, one grows older on 1 March of other years
with aged as (
  select
    customer_id,
    date_diff('year', birth_date, $as_of)
      - case when strftime(birth_date, '%m%d') > strftime(cast($as_of as date), '%m%d') then 1 else 0 end as years
  from unify.customers
)
select
  customer_id,
  case
    when years between 0 and 19 then 'under 20'
    when years between 20 and 69 then cast(years // 10 * 10 as varchar) || 's'
    when years between 70 and 120 then '70 and over'
    else 'unknown'
  end as segment,
  case when years between 0 and 120 then years end as age_years
from aged
