-- Learn from the days held out how many customers buy nothing, by how often they bought and how overdue they are.
--
-- grain    one row per learnt_from (0: all customers; 1, 2: this half of them), purchases_band and overdue_band, the empty ones too
-- returns  n_customers, n_quiet (bought nothing in the days held out), share_quiet (0 to 1; drawn towards the share of all customers
--          as by 10 more of them, so that a few say little; null when nobody was known before)

-- A half is there to try the shares on the other one, which they have not seen.
with known as (
  select halves.learnt_from, histories.purchases_band, histories.overdue_band, histories.n_later
  from measure.churn_histories as histories
  inner join (values (0), (1), (2)) as halves (learnt_from)
    on halves.learnt_from = 0 or halves.learnt_from = histories.half
  where histories.period = 'holdout'
),
counted as (
  select
    learnt_from, purchases_band, overdue_band,
    count(*) as n_customers, count(case when n_later = 0 then 1 end) as n_quiet
  from known
  group by learnt_from, purchases_band, overdue_band
),
overall as (
  select learnt_from, cast(sum(n_quiet) as double) / nullif(cast(sum(n_customers) as double), 0) as share
  from counted
  group by learnt_from
),
cells as (
  select halves.learnt_from, purchases.purchases_band, overdue.overdue_band
  from (values (0), (1), (2)) as halves (learnt_from)
  cross join (values ('1'), ('2 to 3'), ('4 and more')) as purchases (purchases_band)
  cross join (
    values ('under 0.5'), ('0.5 to 1'), ('1 to 2'), ('2 to 3'), ('3 to 5'), ('5 and more'), ('not known')
  ) as overdue (overdue_band)
)
select
  cells.learnt_from, cells.purchases_band, cells.overdue_band,
  coalesce(counted.n_customers, 0) as n_customers,
  coalesce(counted.n_quiet, 0) as n_quiet,
  (coalesce(counted.n_quiet, 0) + 10 * overall.share) / nullif(coalesce(counted.n_customers, 0) + 10, 0) as share_quiet
from cells
left join overall on overall.learnt_from = cells.learnt_from
left join counted
  on counted.learnt_from = cells.learnt_from
  and counted.purchases_band = cells.purchases_band
  and counted.overdue_band = cells.overdue_band
