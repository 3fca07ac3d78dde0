-- Part customers by the category of products they spend most on.
--
-- scheme   affinity Favourite category
-- grain    one row per customer_id of unify.customers
-- param    affinity_share  double from 0 to 1 = 0.4   least share of what a customer spends that a category must have
-- returns  segment (the category; mixed: none has that share; unknown: the category of nothing that was kept is known; never
--          bought), top_category, share_spend (of the top category, of all spent in categories above zero, 0 to 1), n_categories
with ranked as (
  select
    customer_id, category, spend,
    row_number() over (partition by customer_id order by spend desc, n_lines desc, category) as place,
    sum(spend) over (partition by customer_id) as spend_all,
    count(*) over (partition by customer_id) as n_categories
  from segment.spends
  where spend > 0
),
tops as (
  select
    customer_id, category, n_categories,
    cast(spend as double) / nullif(cast(spend_all as double), 0) as share_spend
  from ranked
  where place = 1
)
select
  customers.customer_id,
  case
    when rfm.customer_id is null then 'never bought'
    when tops.category is null then 'unknown'
    when tops.share_spend >= $affinity_share then tops.category
    else 'mixed'
  end as segment,
  tops.category as top_category, tops.share_spend,
  coalesce(tops.n_categories, 0) as n_categories
from unify.customers as customers
left join segment.rfm as rfm on rfm.customer_id = customers.customer_id
left join tops on tops.customer_id = customers.customer_id
