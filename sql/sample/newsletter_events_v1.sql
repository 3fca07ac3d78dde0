-- Send each campaign to its subscribers and see what they do: open, click, bounce, unsubscribe.
--
-- grain    one row per event_id
-- param    seed     integer       another seed makes other behaviour
-- param    as_of    date          later events are not written
-- returns  event_id, person_id, and the columns of newsletter_events.csv; variant B is opened by 34 % and clicked by
--          24 % of those, variant A by 28 % and 20 %
-- engine   duckdb
with sends as (
    -- Nine subscribers in ten who said yes are sent each campaign; who has no address cannot be sent any.
    select
        records.person_id,
        list._row,
        list.email,
        misspelt.typo is not null as is_misspelt,
        campaigns.campaign,
        campaigns.nth,
        campaigns.channel,
        campaigns.cost,
        campaigns.sent_at,
        (md5_number($seed || ':send:' || list._row || ':' || campaigns.nth) >> 64)::ubigint as h
    from sample.newsletter as list
    join sample.records on records.source = 'newsletter' and records._row = list._row
    left join (select distinct typo from sample.mail_typos) as misspelt
        on misspelt.typo = split_part(lower(list.email), '@', 2)
    join sample.campaigns on campaigns.sent_at > records.created_at
    where list.opt_in = 'yes' and list.email like '%@%'
),

behaved as (
    select
        *,
        if((h >> 10) % 2 = 0, 'A', 'B') as variant,
        -- A misspelt domain always bounces, a good one in one case of a hundred.
        (h >> 11) % 100 = 0 or is_misspelt as bounces,
        channel = 'email' and (h >> 18) % 100 < if((h >> 10) % 2 = 0, 28, 34) as opens,
        (h >> 25) % 100 < if((h >> 10) % 2 = 0, 20, 24) as clicks,
        (h >> 32) % 1000 < 8 as leaves
    from sends
    where h % 10 < 9
),

left_at as (
    select _row, min(nth) as last_nth from behaved where leaves and opens and not bounces group by _row
),

reached as (
    select behaved.*
    from behaved
    left join left_at on left_at._row = behaved._row
    where left_at._row is null or behaved.nth <= left_at.last_nth
),

events as (
    select *, 1 as step, 'send' as event, ((h >> 40) % 600)::bigint as after_s from reached
    union all
    select *, 2, 'bounce', 700 from reached where bounces
    union all
    select *, 3, 'open', 900 + ((h >> 40) % 172800)::bigint from reached where opens and not bounces
    union all
    select *, 4, 'click', 960 + ((h >> 40) % 172800)::bigint from reached where opens and clicks and not bounces
    union all
    select *, 5, 'unsubscribe', 1000 + ((h >> 40) % 172800)::bigint from reached where leaves and opens and not bounces
)

select
    'E' || lpad((_row * 100 + nth)::varchar, 10, '0') || '-' || step as event_id,
    person_id,
    email,
    event,
    campaign,
    channel,
    variant,
    if(event = 'send', cost, null) as cost,
    sent_at + to_seconds(after_s) as occurred_at,
    if(event = 'click', 'https://shop.example/' || campaign, null) as url
from events
where sent_at + to_seconds(after_s) < $as_of
