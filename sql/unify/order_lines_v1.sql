-- Say of every order line which customer it belongs to.
--
-- grain    one row per row of clean.order_lines; with returns = 'drop' only those that are left
-- param    returns  one of net, drop = 'net'   drop: lines that are cancelled or returned (or whose order is), or of a
--                                  price, quantity or amount of zero or less, are left out; net: all are kept
-- returns  the columns of clean.order_lines, with amount (quantity times price where none is stated) and
--          status (of the line, else of its order, else completed), customer_id (of the line's own contact,
--          else of its order; null when nobody is known)
with orders as (
  select
    placed.order_id,
    max(placed.status) as status,
    min(placed.ordered_at) as ordered_at,
    min(placed.currency) as currency,
    min(known.customer_id) as customer_id
  from clean.orders as placed
  left join unify.orders as known on known.order_id = placed.order_id
  group by placed.order_id
),
lines as (
  select
    lines.* exclude (amount, status, ordered_at, currency),
    coalesce(lines.ordered_at, orders.ordered_at) as ordered_at,
    coalesce(lines.currency, orders.currency) as currency,
    cast(coalesce(lines.amount, lines.quantity * lines.unit_price) as decimal(18, 4)) as amount,
    case
      when coalesce(orders.status, 'completed') = 'completed' then coalesce(lines.status, 'completed')
      when coalesce(lines.status, 'completed') = 'completed' then orders.status
      else lines.status
    end as status,
    coalesce(members.customer_id, orders.customer_id) as customer_id
  from clean.order_lines as lines
  left join unify.members as members on members.contact_id = lines.contact_id
  left join orders on orders.order_id = lines.order_id
)
select *
from lines
where $returns <> 'drop'
  or (
    status = 'completed'
    and coalesce(quantity, 1) > 0
    and coalesce(unit_price, 1) > 0
    and coalesce(amount, 1) > 0
  )
