-- Plan a campaign every two months over the two years before the day of the sample, e-mail and now and then a text message.
--
-- grain    one row per campaign
-- param    as_of    date          the last campaign goes out before this day
-- returns  campaign (as 2026-03-spring), nth (1 is the oldest), channel (email, sms), sent_at, cost (KRW a send)
-- engine   duckdb
with numbered as (
    select
        nth,
        $as_of - ((13 - nth) * 60)::int as day
    from range(1, 13) as months (nth)
)

select
    strftime(day, '%Y-%m') || '-' || case
        when month(day) in (3, 4, 5) then 'spring'
        when month(day) in (6, 7, 8) then 'summer'
        when month(day) in (9, 10, 11) then 'autumn'
        else 'winter'
    end as campaign,
    nth,
    if(nth % 4 = 0, 'sms', 'email') as channel,
    day::timestamp + interval 10 hours as sent_at,
    if(nth % 4 = 0, 20.0, 3.5)::decimal(18, 2) as cost
from numbered
