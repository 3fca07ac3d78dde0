-- Hold every event with its cells set right and typed.
--
-- grain    one row per row of source.events that is not set aside
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed: the cell stays as the source had it
-- returns  event_id (system:event_key, else source:file#row), contact_id (system:contact_key), the columns of source.events typed
with read as (
    select c._source, c._system, c._file, c._row,
        case when event_key_fix.raw is null or list_contains(o.rules, event_key_fix.rule) then c.event_key else event_key_fix.value end as event_key,
        case when kind_fix.raw is null or list_contains(o.rules, kind_fix.rule) then c.kind else kind_fix.value end as kind,
        case when occurred_at_fix.raw is null or list_contains(o.rules, occurred_at_fix.rule) then try_cast(c.occurred_at as timestamp) else occurred_at_fix.value end as occurred_at,
        case when contact_key_fix.raw is null or list_contains(o.rules, contact_key_fix.rule) then c.contact_key else contact_key_fix.value end as contact_key,
        case when email_fix.raw is null or list_contains(o.rules, email_fix.rule) then c.email else email_fix.value end as email,
        case when campaign_fix.raw is null or list_contains(o.rules, campaign_fix.rule) then c.campaign else campaign_fix.value end as campaign,
        case when channel_fix.raw is null or list_contains(o.rules, channel_fix.rule) then c.channel else channel_fix.value end as channel,
        case when variant_fix.raw is null or list_contains(o.rules, variant_fix.rule) then c.variant else variant_fix.value end as variant,
        case when cost_fix.raw is null or list_contains(o.rules, cost_fix.rule) then try_cast(c.cost as decimal(18, 4)) else cost_fix.value end as cost,
        case when url_fix.raw is null or list_contains(o.rules, url_fix.rule) then c.url else url_fix.value end as url
    from source.events c
    left join clean.switched_off o on o._source = c._source
    left join clean.set_aside s on s.relation = 'clean.events' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
    left join clean.text_fixes event_key_fix on event_key_fix.scope = 'key' and event_key_fix.raw = c.event_key and event_key_fix.confidence >= $apply_above
    left join clean.word_fixes kind_fix on kind_fix.kind = 'event' and kind_fix.raw = c.kind and kind_fix.confidence >= $apply_above
    left join clean.date_fixes occurred_at_fix on occurred_at_fix.column_key = 'events.occurred_at' and occurred_at_fix._source = c._source and occurred_at_fix.raw = c.occurred_at and occurred_at_fix.confidence >= $apply_above
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key and contact_key_fix.confidence >= $apply_above
    left join clean.email_fixes email_fix on email_fix.raw = c.email and email_fix.confidence >= $apply_above
    left join clean.text_fixes campaign_fix on campaign_fix.scope = 'text' and campaign_fix.raw = c.campaign and campaign_fix.confidence >= $apply_above
    left join clean.word_fixes channel_fix on channel_fix.kind = 'channel' and channel_fix.raw = c.channel and channel_fix.confidence >= $apply_above
    left join clean.text_fixes variant_fix on variant_fix.scope = 'text' and variant_fix.raw = c.variant and variant_fix.confidence >= $apply_above
    left join clean.number_fixes cost_fix on cost_fix.kind = 'decimal' and cost_fix.raw = c.cost and cost_fix.confidence >= $apply_above
    left join clean.text_fixes url_fix on url_fix.scope = 'link' and url_fix.raw = c.url and url_fix.confidence >= $apply_above
    where s.relation is null
)
select r._source, r._system, r._file, r._row, coalesce(r._system || ':' || r.event_key, concat(r._source, ':', r._file, '#', r._row)) as event_id,
    r._system || ':' || r.contact_key as contact_id,
    r.event_key, r.kind, r.occurred_at, r.contact_key, r.email, coalesce(campaign_merge.after, r.campaign) as
    campaign, coalesce(channel_merge.after, r.channel) as channel, coalesce(variant_merge.after, r.variant) as
    variant, r.cost, r.url
from read r
left join clean.value_merges campaign_merge on campaign_merge.column_key = 'events.campaign' and campaign_merge.before = r.campaign
left join clean.value_merges channel_merge on channel_merge.column_key = 'events.channel' and channel_merge.before = r.channel
left join clean.value_merges variant_merge on variant_merge.column_key = 'events.variant' and variant_merge.before = r.variant
