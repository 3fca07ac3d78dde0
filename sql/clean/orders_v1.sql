-- Hold every order with its cells set right and typed, and the orders that only their lines tell of.
--
-- grain    one row per row of source.orders that is not set aside, and one per order key of a system that has lines but no orders
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed: the cell stays as the source had it
-- returns  order_id (system:order_key), contact_id (system:contact_key), the columns of source.orders typed; status where the
--          source has none: cancelled for a negative amount or for a key C123 beside keys like 123, else completed
with read as (
    select c._source, c._system, c._file, c._row, c.status is null as has_no_status,
        case when order_key_fix.raw is null or list_contains(o.rules, order_key_fix.rule) then c.order_key else order_key_fix.value end as order_key,
        case when contact_key_fix.raw is null or list_contains(o.rules, contact_key_fix.rule) then c.contact_key else contact_key_fix.value end as contact_key,
        case when email_fix.raw is null or list_contains(o.rules, email_fix.rule) then c.email else email_fix.value end as email,
        case when phone_fix.raw is null or list_contains(o.rules, phone_fix.rule) then c.phone else phone_fix.value end as phone,
        case when ordered_at_fix.raw is null or list_contains(o.rules, ordered_at_fix.rule) then try_cast(c.ordered_at as timestamp) else ordered_at_fix.value end as ordered_at,
        case when status_fix.raw is null or list_contains(o.rules, status_fix.rule) then c.status else status_fix.value end as status,
        case when amount_fix.raw is null or list_contains(o.rules, amount_fix.rule) then try_cast(c.amount as decimal(18, 4)) else amount_fix.value end as amount,
        coalesce(case when currency_fix.raw is null or list_contains(o.rules, currency_fix.rule) then c.currency else currency_fix.value end, amount_fix.currency) as currency,
        case when channel_fix.raw is null or list_contains(o.rules, channel_fix.rule) then c.channel else channel_fix.value end as channel,
        case when campaign_fix.raw is null or list_contains(o.rules, campaign_fix.rule) then c.campaign else campaign_fix.value end as campaign
    from source.orders c
    left join clean.switched_off o on o._source = c._source
    left join clean.set_aside s on s.relation = 'clean.orders' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
    left join clean.text_fixes order_key_fix on order_key_fix.scope = 'key' and order_key_fix.raw = c.order_key and order_key_fix.confidence >= $apply_above
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key and contact_key_fix.confidence >= $apply_above
    left join clean.email_fixes email_fix on email_fix.raw = c.email and email_fix.confidence >= $apply_above
    left join clean.phone_fixes phone_fix on phone_fix.raw = c.phone and phone_fix.country_text = '' and phone_fix.confidence >= $apply_above
    left join clean.date_fixes ordered_at_fix on ordered_at_fix.column_key = 'orders.ordered_at' and ordered_at_fix._source = c._source and ordered_at_fix.raw = c.ordered_at and ordered_at_fix.confidence >= $apply_above
    left join clean.word_fixes status_fix on status_fix.kind = 'status' and status_fix.raw = c.status and status_fix.confidence >= $apply_above
    left join clean.number_fixes amount_fix on amount_fix.kind = 'decimal' and amount_fix.raw = c.amount and amount_fix.confidence >= $apply_above
    left join clean.word_fixes currency_fix on currency_fix.kind = 'currency' and currency_fix.raw = c.currency and currency_fix.confidence >= $apply_above
    left join clean.word_fixes channel_fix on channel_fix.kind = 'channel' and channel_fix.raw = c.channel and channel_fix.confidence >= $apply_above
    left join clean.text_fixes campaign_fix on campaign_fix.scope = 'text' and campaign_fix.raw = c.campaign and campaign_fix.confidence >= $apply_above
    where s.relation is null
),
-- Only where plain numbers are keys too, a C before one marks a cancellation.
marking as (select distinct _system from source.orders where regexp_full_match(order_key, '[0-9]+([.]0)?'))
select r._source, r._system, r._file, r._row,
    coalesce(r._system || ':' || r.order_key, concat(r._source, ':', r._file, '#', r._row)) as order_id,
    r._system || ':' || r.contact_key as contact_id, r.order_key, r.contact_key, r.email, r.phone, r.ordered_at,
    case when not r.has_no_status then r.status when r.amount < 0 then 'cancelled'
         when m._system is not null and regexp_full_match(r.order_key, 'C[0-9]+') then 'cancelled' else 'completed' end as status,
    r.amount, r.currency, coalesce(channel_merge.after, r.channel) as channel, coalesce(campaign_merge.after, r.campaign) as campaign
from read r
left join marking m on m._system = r._system
left join clean.value_merges channel_merge on channel_merge.column_key = 'orders.channel' and channel_merge.before = r.channel
left join clean.value_merges campaign_merge on campaign_merge.column_key = 'orders.campaign' and campaign_merge.before = r.campaign
union all
select _source, _system, _file, _row, order_id, contact_id, order_key, contact_key, email, phone, ordered_at, status, amount,
    currency, channel, campaign
from clean.line_orders
