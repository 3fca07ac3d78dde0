-- Sum up what the customers of each cohort did in each period, split as finely as cohorts are.
--
-- grain    one row per cohort, channel and segment of measure.cohort_buyers and period in which they ordered
-- param    cohort_unit  one of month, week = 'month'   period: a week begins on Monday
-- returns  period (its first day), n_active (customers with a purchase in it), revenue (net, in the currency of segment.currencies)

-- A customer is in one cohort, channel and segment, so n_active of several rows of a period adds up.
with orders as (
  select
    customer_id, amount, is_purchase,
    case
      when $cohort_unit = 'week' then cast(date_trunc('week', ordered_at) as date)
      else cast(date_trunc('month', ordered_at) as date)
    end as period
  from segment.orders
  where customer_id is not null
)
select
  buyers.cohort, buyers.channel, buyers.segment, orders.period,
  count(distinct case when orders.is_purchase then orders.customer_id end) as n_active,
  cast(coalesce(sum(orders.amount), 0) as decimal(18, 4)) as revenue
from orders
inner join measure.cohort_buyers as buyers on buyers.customer_id = orders.customer_id
group by buyers.cohort, buyers.channel, buyers.segment, orders.period
