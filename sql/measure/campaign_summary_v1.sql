-- Sum up every campaign: sent, arrived, opened, clicked, left, and what a click cost.
--
-- grain    one row per campaign, channel and variant; null stands for events that name none
-- param    as_of  date   events after this day are not seen
-- returns  n_sends, n_opens, n_clicks, n_bounces, n_unsubscribes, n_complaints (events), n_recipients, n_delivered
--          (recipients without a bounce), n_openers, n_clickers, n_leavers (people), share_delivered and
--          share_bounced (of recipients), share_opened, share_clicked and share_unsubscribed (of delivered; null
--          when nothing was sent; above 1 when people act on mails whose sending is not on record), cost (null when
--          none is known), cost_per_click (null without clicks), first_at, last_at

-- Rates count people, not events: somebody who opens three times is one opener. A person is a customer, else a
-- contact, else an e-mail, else the event itself. Visits and carts are no part of it, except for their cost.
with events as (
  select
    campaign, channel, variant, kind, occurred_at, cost,
    coalesce('u:' || customer_id, 'c:' || contact_id, 'm:' || email, 'e:' || event_id) as person
  from unify.events
  where occurred_at < $as_of + 1
    and (kind in ('send', 'open', 'click', 'bounce', 'unsubscribe', 'complaint') or cost is not null)
),
people as (
  select
    campaign, channel, variant, person,
    sum(case when kind = 'send' then 1 else 0 end) as n_sends,
    sum(case when kind = 'open' then 1 else 0 end) as n_opens,
    sum(case when kind = 'click' then 1 else 0 end) as n_clicks,
    sum(case when kind = 'bounce' then 1 else 0 end) as n_bounces,
    sum(case when kind = 'unsubscribe' then 1 else 0 end) as n_unsubscribes,
    sum(case when kind = 'complaint' then 1 else 0 end) as n_complaints,
    sum(cost) as cost,
    min(occurred_at) as first_at,
    max(occurred_at) as last_at
  from events
  group by campaign, channel, variant, person
),
totals as (
  select
    campaign, channel, variant,
    cast(sum(n_sends) as bigint) as n_sends,
    cast(sum(n_opens) as bigint) as n_opens,
    cast(sum(n_clicks) as bigint) as n_clicks,
    cast(sum(n_bounces) as bigint) as n_bounces,
    cast(sum(n_unsubscribes) as bigint) as n_unsubscribes,
    cast(sum(n_complaints) as bigint) as n_complaints,
    count(case when n_sends > 0 then 1 end) as n_recipients,
    count(case when n_sends > 0 and n_bounces = 0 then 1 end) as n_delivered,
    count(case when n_opens > 0 then 1 end) as n_openers,
    count(case when n_clicks > 0 then 1 end) as n_clickers,
    count(case when n_unsubscribes > 0 then 1 end) as n_leavers,
    cast(sum(cost) as decimal(18, 4)) as cost,
    min(first_at) as first_at,
    max(last_at) as last_at
  from people
  group by campaign, channel, variant
)
select
  *,
  cast(n_delivered as double) / nullif(cast(n_recipients as double), 0) as share_delivered,
  cast(n_recipients - n_delivered as double) / nullif(cast(n_recipients as double), 0) as share_bounced,
  cast(n_openers as double) / nullif(cast(n_delivered as double), 0) as share_opened,
  cast(n_clickers as double) / nullif(cast(n_delivered as double), 0) as share_clicked,
  cast(n_leavers as double) / nullif(cast(n_delivered as double), 0) as share_unsubscribed,
  cast(cost as double) / nullif(cast(n_clicks as double), 0) as cost_per_click
from totals
