-- Hold every event with its cells set right and typed.
--
-- grain    one row per row of source.events that is not set aside
-- returns  event_id (system:event_key, else source:file#row), contact_id (system:contact_key), the columns of source.events typed
with kept as (
    select * from source.events c where not exists (select 1 from clean.set_aside s
        where s.relation = 'clean.events' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row)
),
read as (
    select c._source, c._system, c._file, c._row,
        case when event_key_fix.raw is null then c.event_key else event_key_fix.value end as event_key,
        case when kind_fix.raw is null then c.kind else kind_fix.value end as kind,
        case when occurred_at_fix.raw is null then try_cast(c.occurred_at as timestamp) else occurred_at_fix.value end as occurred_at,
        case when contact_key_fix.raw is null then c.contact_key else contact_key_fix.value end as contact_key,
        case when email_fix.raw is null then c.email else email_fix.value end as email,
        case when campaign_fix.raw is null then c.campaign else campaign_fix.value end as campaign,
        case when channel_fix.raw is null then c.channel else channel_fix.value end as channel,
        case when variant_fix.raw is null then c.variant else variant_fix.value end as variant,
        case when cost_fix.raw is null then try_cast(c.cost as decimal(18, 4)) else cost_fix.value end as cost,
        case when url_fix.raw is null then c.url else url_fix.value end as url
    from kept c
    left join clean.text_fixes event_key_fix on event_key_fix.scope = 'key' and event_key_fix.raw = c.event_key
    left join clean.word_fixes kind_fix on kind_fix.kind = 'event' and kind_fix.raw = c.kind
    left join clean.date_fixes occurred_at_fix on occurred_at_fix.column_key = 'events.occurred_at' and occurred_at_fix._source = c._source and occurred_at_fix.raw = c.occurred_at
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key
    left join clean.email_fixes email_fix on email_fix.raw = c.email
    left join clean.text_fixes campaign_fix on campaign_fix.scope = 'text' and campaign_fix.raw = c.campaign
    left join clean.word_fixes channel_fix on channel_fix.kind = 'channel' and channel_fix.raw = c.channel
    left join clean.text_fixes variant_fix on variant_fix.scope = 'text' and variant_fix.raw = c.variant
    left join clean.number_fixes cost_fix on cost_fix.kind = 'decimal' and cost_fix.raw = c.cost
    left join clean.text_fixes url_fix on url_fix.scope = 'text' and url_fix.raw = c.url
)
select _source, _system, _file, _row, coalesce(_system || ':' || event_key, concat(_source, ':', _file, '#', _row)) as event_id,
    _system || ':' || contact_key as contact_id,
    event_key, kind, occurred_at, contact_key, email, campaign, channel, variant, cost, url
from read
