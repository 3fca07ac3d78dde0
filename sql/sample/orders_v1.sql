-- Lay out the orders of the shop's database: the amount is the sum of the lines, some orders come without an account.
--
-- grain    one row per order; _row is its place in the file
-- param    as_of    date          only orders before this day
-- returns  _row, person_id, nth and the columns of shop_orders.parquet
-- engine   duckdb
with amounts as (
    select person_id, nth, sum(line_total)::decimal(18, 2) as amount
    from sample.order_lines
    group by person_id, nth
),

clicks as (
    select person_id, campaign, occurred_at as clicked_at
    from sample.newsletter_events
    where event = 'click'
),

led as (
    -- The newest campaign that was clicked in the week before the order.
    select
        purchases.person_id,
        purchases.nth,
        max_by(clicks.campaign, (clicks.clicked_at, clicks.campaign)) as campaign
    from sample.purchases
    join clicks
        on clicks.person_id = purchases.person_id
        and clicks.clicked_at <= purchases.ordered_at
        and clicks.clicked_at > purchases.ordered_at - interval 7 days
    group by purchases.person_id, purchases.nth
),

numbered as (
    select
        purchases.*,
        row_number() over (order by ordered_at, person_id, nth) as _row
    from sample.purchases
    where ordered_at < $as_of
)

select
    numbered._row,
    numbered.person_id,
    numbered.nth,
    500000 + numbered._row as order_id,
    -- One order in twenty is placed without logging in: no account, but an e-mail and a phone.
    if(numbered.h >> 59 = 0, null, numbered.customer_id) as customer_id,
    if(numbered.h >> 59 = 0, reach.email, null) as guest_email,
    if(numbered.h >> 59 = 0, reach.phone, null) as guest_phone,
    numbered.ordered_at,
    case
        when (numbered.h >> 44) % 100 < 90 then 'completed'
        when (numbered.h >> 44) % 100 < 95 then 'cancelled'
        else 'returned'
    end as status,
    amounts.amount,
    'KRW' as currency,
    if(led.campaign is not null, 'newsletter', ['web', 'app', 'app', 'store'][1 + ((numbered.h >> 51) % 4)::int]) as channel,
    led.campaign
from numbered
join amounts on amounts.person_id = numbered.person_id and amounts.nth = numbered.nth
join sample.reach on reach.person_id = numbered.person_id
left join led on led.person_id = numbered.person_id and led.nth = numbered.nth
