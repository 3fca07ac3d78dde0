-- Part customers by the channel they buy through.
--
-- scheme   channel Channel
-- grain    one row per customer_id of unify.customers
-- param    channel_share  double from 0 to 1 = 0.6   least share of a customer's purchases that a channel must have
-- returns  segment (web, app, store, …; several: none has that share; unknown: no purchase says its channel; never bought), top_channel
--          (of equally many purchases the one used last), share_purchases (through it, of those that say their channel, 0 to 1), n_channels
with counted as (
  select
    customer_id, channel, count(distinct order_id) as n_purchases, max(ordered_at) as last_at
  from segment.orders
  where customer_id is not null and is_purchase and channel is not null
  group by customer_id, channel
),
ranked as (
  select
    *,
    row_number() over (partition by customer_id order by n_purchases desc, last_at desc, channel) as place,
    sum(n_purchases) over (partition by customer_id) as n_all,
    count(*) over (partition by customer_id) as n_channels
  from counted
),
tops as (
  select customer_id, channel, n_channels, cast(n_purchases as double) / nullif(cast(n_all as double), 0) as share_purchases
  from ranked
  where place = 1
)
select
  customers.customer_id,
  case
    when rfm.customer_id is null then 'never bought'
    when tops.channel is null then 'unknown'
    when tops.share_purchases >= $channel_share then tops.channel
    else 'several'
  end as segment,
  tops.channel as top_channel, tops.share_purchases,
  coalesce(tops.n_channels, 0) as n_channels
from unify.customers as customers
left join segment.rfm as rfm on rfm.customer_id = customers.customer_id
left join tops on tops.customer_id = customers.customer_id
