-- Set chances of buying nothing beside the shares that bought nothing, tenth by tenth, and say how many of them a tenth reaches.
--
-- grain    one row per method and tenth of the customers known before the days held out; 1 holds the highest chances
-- returns  n_customers, mean_probability (told), n_quiet and share_quiet (seen), share_reached (of all customers, up to this tenth),
--          gain (of all who bought nothing, the share up to this tenth), lift (gain over share_reached: 1 is no better than chance)

-- Equal chances are put in order by the digest of customer_id, so that a tenth of ties is a sample, not the oldest customers.
with ranked as (
  select
    method, churn_probability, is_quiet,
    ntile(10) over (partition by method order by churn_probability desc, md5(customer_id), customer_id) as tenth
  from measure.churn_tried
),
counted as (
  select
    method, tenth,
    count(*) as n_customers,
    sum(cast(churn_probability as decimal(18, 9))) as total,
    count(case when is_quiet then 1 end) as n_quiet
  from ranked
  group by method, tenth
),
summed as (
  select
    *,
    sum(n_customers) over (partition by method order by tenth, method) as n_so_far,
    sum(n_quiet) over (partition by method order by tenth, method) as n_quiet_so_far,
    sum(n_customers) over (partition by method) as n_all,
    sum(n_quiet) over (partition by method) as n_all_quiet
  from counted
),
shares as (
  select
    *,
    cast(n_so_far as double) / nullif(cast(n_all as double), 0) as share_reached,
    cast(n_quiet_so_far as double) / nullif(cast(n_all_quiet as double), 0) as gain
  from summed
)
select
  method, cast(tenth as integer) as tenth, n_customers,
  cast(total as double) / nullif(cast(n_customers as double), 0) as mean_probability,
  n_quiet,
  cast(n_quiet as double) / nullif(cast(n_customers as double), 0) as share_quiet,
  share_reached, gain,
  gain / nullif(share_reached, 0) as lift
from shares
