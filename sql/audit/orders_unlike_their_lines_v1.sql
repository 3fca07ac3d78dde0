-- Orders whose amount is not the sum of their lines.
--
-- judges   clean.orders warning accuracy 0.001
-- grain    one row per order of clean.orders that has lines
-- param    tolerance  decimal from 0 = 0.01  how far apart they may be, in currency units (shipping, rounding)
-- returns  relation, key (order_id), column_name, value (amount of the order), reason
with lines as (
  select
    order_id,
    count(*) as n_lines,
    count(coalesce(amount, quantity * unit_price)) as n_valued,
    sum(coalesce(amount, quantity * unit_price)) as total,
    sum(case when coalesce(amount, quantity * unit_price) > 0 then coalesce(amount, quantity * unit_price) else 0 end)
      as total_before_refunds
  from clean.order_lines
  group by order_id
)
select
  'clean.orders' as relation,
  orders.order_id as "key",
  'amount' as column_name,
  cast(orders.amount as varchar) as "value",
  'its ' || cast(lines.n_lines as varchar) || ' lines come to ' || cast(cast(lines.total as decimal(18, 4)) as varchar)
    as reason
from clean.orders as orders
inner join lines on lines.order_id = orders.order_id
-- A line without a value makes the sum unknown. Some shops state the total before refunds: that is no error.
where orders.amount is not null
  and lines.n_valued = lines.n_lines
  and abs(orders.amount - lines.total) > $tolerance
  and abs(orders.amount - lines.total_before_refunds) > $tolerance
