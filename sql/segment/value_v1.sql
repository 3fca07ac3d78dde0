-- Part customers by what they bring in: those who make most of the revenue, the next, and the rest.
--
-- scheme   value Value
-- grain    one row per customer_id of unify.customers
-- param    share_a  double from 0 to 1 = 0.8    the customers of highest revenue that make this share of it together: A
-- param    share_b  double from 0 to 1 = 0.95   the next, up to this share: B; the rest: C
-- returns  segment (A, B, C; no net revenue: refunds took all of it; never bought), monetary (null without a purchase), share_revenue
--          (of the revenue of all customers above zero, 0 to 1), share_above (the same of all who bring in more), value_decile (10 is
--          the tenth of buyers that brings in most; equal revenue, equal decile; null without a purchase)
-- source   Pareto, Cours d'économie politique (1896); Juran, Quality Control Handbook (1951), on the vital few

-- Customers of equal revenue are never parted by chance: all of them are judged by those who bring in strictly more. The one
-- who reaches a share still belongs to it.
with amounts as (
  select monetary, count(*) as n, sum(greatest(monetary, 0)) as revenue from segment.rfm group by monetary
),
sums as (
  select
    monetary,
    coalesce(sum(n) over (order by monetary rows between unbounded preceding and 1 preceding), 0) as n_below,
    coalesce(sum(revenue) over (order by monetary desc rows between unbounded preceding and 1 preceding), 0) as revenue_above,
    sum(n) over () as n_all,
    sum(revenue) over () as revenue_all
  from amounts
),
placed as (
  select
    monetary,
    cast(greatest(monetary, 0) as double) / nullif(cast(revenue_all as double), 0) as share_revenue,
    cast(revenue_above as double) / nullif(cast(revenue_all as double), 0) as share_above,
    cast(1 + n_below * 10 // nullif(n_all, 0) as integer) as value_decile
  from sums
)
select
  customers.customer_id,
  case
    when rfm.customer_id is null then 'never bought'
    when rfm.monetary <= 0 then 'no net revenue'
    when placed.share_above < $share_a then 'A'
    when placed.share_above < $share_b then 'B'
    else 'C'
  end as segment,
  rfm.monetary, placed.share_revenue, placed.share_above, placed.value_decile
from unify.customers as customers
left join segment.rfm as rfm on rfm.customer_id = customers.customer_id
left join placed on placed.monetary = rfm.monetary
