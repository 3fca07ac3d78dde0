-- Follow orders, customers and revenue month by month.
--
-- grain    one row per calendar month, from the first order to the last one up to as_of (at most 1,000 months)
-- param    as_of  date   the last day that is observed
-- returns  month (its first day), n_orders (purchases), n_customers (who purchased), n_new_customers (their first
--          purchase ever), revenue (net, in the currency of segment.currencies), average_order_value (revenue per
--          purchase; null without any), share_repeat_customers (of n_customers, first purchase in an earlier
--          month; null without customers), is_complete (the month had ended by as_of)

-- Months without orders between the first and the last one are rows of zeros. Orders of nobody known count
-- in n_orders and revenue. A purchase is what segment.orders calls one; refunds count in the month they were made.
with orders as (
  select customer_id, order_id, amount, cast(date_trunc('month', ordered_at) as date) as month, is_purchase
  from segment.orders
),
digits as (
  select * from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as digits (digit)
),
numbers as (
  select 100 * hundreds.digit + 10 * tens.digit + ones.digit as number
  from digits as ones
  cross join digits as tens
  cross join digits as hundreds
),
ends as (
  select min(month) as first_month, max(month) as last_month from orders
),
months as (
  select cast(ends.first_month + to_months(numbers.number) as date) as month
  from ends
  inner join numbers on cast(ends.first_month + to_months(numbers.number) as date) <= ends.last_month
),
firsts as (
  select customer_id, min(month) as month
  from orders
  where is_purchase and customer_id is not null
  group by customer_id
),
counted as (
  select
    orders.month,
    count(distinct case when orders.is_purchase then orders.order_id end) as n_orders,
    count(distinct case when orders.is_purchase then orders.customer_id end) as n_customers,
    count(distinct case when firsts.month = orders.month then firsts.customer_id end) as n_new_customers,
    sum(orders.amount) as revenue
  from orders
  left join firsts on firsts.customer_id = orders.customer_id
  group by orders.month
)
select
  months.month,
  coalesce(counted.n_orders, 0) as n_orders,
  coalesce(counted.n_customers, 0) as n_customers,
  coalesce(counted.n_new_customers, 0) as n_new_customers,
  cast(coalesce(counted.revenue, 0) as decimal(18, 4)) as revenue,
  cast(counted.revenue as double) / nullif(cast(counted.n_orders as double), 0) as average_order_value,
  cast(counted.n_customers - counted.n_new_customers as double) / nullif(cast(counted.n_customers as double), 0)
    as share_repeat_customers,
  cast(months.month + to_months(1) as date) <= $as_of + 1 as is_complete
from months
left join counted on counted.month = months.month
