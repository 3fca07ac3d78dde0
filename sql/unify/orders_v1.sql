-- Say of every order which customer placed it and what it is worth after returns.
--
-- grain    one row per row of clean.orders; with returns = 'drop' only those that are left
-- param    returns  one of net, drop = 'net'   net: refunds are subtracted; drop: orders and lines that are cancelled,
--                                  returned, or of a price, quantity or amount of zero or less are left out
-- returns  the columns of clean.orders, with status (never null: completed unless it says otherwise) and
--          amount (after returns, null when nothing is known), customer_id (null when nobody is known:
--          neither the contact, nor the person of that e-mail or phone, nor an e-mail that only one customer
--          has), n_lines (0 without)
-- source   Hughes, Strategic Database Marketing (1994), on net sales

-- Lines say what came back, the order's own total what lines do not know (shipping, discounts). A line that
-- is cancelled or returned, or whose order is, is worth nothing when positive; a negative one is a refund and
-- is subtracted. So a credit invoice (cancelled, negative amount) takes its amount off the customer but is no
-- purchase; a cancelled order of a positive amount is worth 0. A completed order whose lines all came back or
-- have no positive quantity gets the status returned.
with placed as (
  select
    orders.* exclude (status, amount),
    coalesce(orders.status, 'completed') as status,
    orders.amount as stated, coalesce(members.customer_id, emails.customer_id) as customer_id
  from clean.orders as orders
  left join unify.members as members
    on members.contact_id = coalesce(orders.contact_id, orders._source || ':' || coalesce(lower(orders.email), orders.phone))
  left join unify.email_owners as emails on emails.email = lower(orders.email)
),
lines as (
  select
    order_id,
    coalesce(status, 'completed') = 'completed' and coalesce(quantity, 1) > 0 as is_kept,
    coalesce(status, 'completed') = 'completed' and coalesce(quantity, 1) > 0 and coalesce(unit_price, 1) > 0
      and coalesce(amount, quantity * unit_price, 1) > 0 as is_sale,
    cast(coalesce(amount, quantity * unit_price) as decimal(18, 4)) as value
  from clean.order_lines
),
totals as (
  select
    order_id, count(*) as n_lines, count(value) as n_valued,
    sum(case when is_kept then 1 else 0 end) as n_kept,
    sum(case when is_sale then 1 else 0 end) as n_sales,
    coalesce(sum(case when value > 0 then value end), 0) as debit,
    coalesce(sum(case when value < 0 then value end), 0) as credit,
    coalesce(sum(case when value > 0 and is_kept then value end), 0) as kept,
    coalesce(sum(case when is_sale then value end), 0) as sold
  from lines
  group by order_id
),
weighed as (
  select
    placed.*,
    case when placed.status = 'completed' and totals.n_kept = 0 then 'returned' else placed.status end as outcome,
    totals.n_sales,
    coalesce(case when $returns = 'drop' then totals.n_sales else totals.n_lines end, 0) as n_lines,
    -- A stated total equal to the positive lines was written before the refunds among them.
    stated - case when stated = debit then debit else debit + credit end as beyond_lines,
    coalesce(totals.n_valued, 0) = 0 as is_unlined,
    totals.credit, totals.kept, totals.sold
  from placed
  left join totals on totals.order_id = placed.order_id
)
select
  weighed.* exclude (status, outcome, stated, n_sales, beyond_lines, is_unlined, credit, kept, sold),
  outcome as status,
  cast(case
    when is_unlined and outcome = 'completed' then stated
    when is_unlined then least(stated, 0)
    when $returns = 'drop' then sold + coalesce(beyond_lines, 0)
    when outcome = 'completed' then kept + credit + coalesce(beyond_lines, 0)
    else least(credit, coalesce(stated, 0))
  end as decimal(18, 4)) as amount
from weighed
where $returns <> 'drop'
  or (outcome = 'completed' and coalesce(n_sales, 1) > 0 and (not is_unlined or coalesce(stated, 1) > 0))
