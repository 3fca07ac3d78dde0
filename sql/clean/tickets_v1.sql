-- Hold every service ticket with its cells set right and typed.
--
-- grain    one row per row of source.tickets that is not set aside
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed: the cell stays as the source had it
-- returns  ticket_id (system:ticket_key, else source:file#row), contact_id (system:contact_key), the columns of source.tickets typed
with read as (
    select c._source, c._system, c._file, c._row,
        case when ticket_key_fix.raw is null or list_contains(o.rules, ticket_key_fix.rule) then c.ticket_key else ticket_key_fix.value end as ticket_key,
        case when contact_key_fix.raw is null or list_contains(o.rules, contact_key_fix.rule) then c.contact_key else contact_key_fix.value end as contact_key,
        case when full_name_fix.raw is null or list_contains(o.rules, full_name_fix.rule) then c.full_name else full_name_fix.value end as full_name,
        case when email_fix.raw is null or list_contains(o.rules, email_fix.rule) then c.email else email_fix.value end as email,
        case when phone_fix.raw is null or list_contains(o.rules, phone_fix.rule) then c.phone else phone_fix.value end as phone,
        case when opened_at_fix.raw is null or list_contains(o.rules, opened_at_fix.rule) then try_cast(c.opened_at as timestamp) else opened_at_fix.value end as opened_at,
        case when closed_at_fix.raw is null or list_contains(o.rules, closed_at_fix.rule) then try_cast(c.closed_at as timestamp) else closed_at_fix.value end as closed_at,
        case when channel_fix.raw is null or list_contains(o.rules, channel_fix.rule) then c.channel else channel_fix.value end as channel,
        case when topic_fix.raw is null or list_contains(o.rules, topic_fix.rule) then c.topic else topic_fix.value end as topic,
        case when subject_fix.raw is null or list_contains(o.rules, subject_fix.rule) then c.subject else subject_fix.value end as subject,
        case when status_fix.raw is null or list_contains(o.rules, status_fix.rule) then c.status else status_fix.value end as status,
        cast(case when satisfaction_fix.raw is null or list_contains(o.rules, satisfaction_fix.rule) then try_cast(c.satisfaction as decimal(18, 4)) else satisfaction_fix.value end as double) as satisfaction
    from source.tickets c
    left join clean.switched_off o on o._source = c._source
    left join clean.set_aside s on s.relation = 'clean.tickets' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
    left join clean.text_fixes ticket_key_fix on ticket_key_fix.scope = 'key' and ticket_key_fix.raw = c.ticket_key and ticket_key_fix.confidence >= $apply_above
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key and contact_key_fix.confidence >= $apply_above
    left join clean.name_fixes full_name_fix on full_name_fix.part = 'full' and full_name_fix._source = c._source and full_name_fix.raw = c.full_name and full_name_fix.confidence >= $apply_above
    left join clean.email_fixes email_fix on email_fix.raw = c.email and email_fix.confidence >= $apply_above
    left join clean.phone_fixes phone_fix on phone_fix.raw = c.phone and phone_fix.country_text = '' and phone_fix.confidence >= $apply_above
    left join clean.date_fixes opened_at_fix on opened_at_fix.column_key = 'tickets.opened_at' and opened_at_fix._source = c._source and opened_at_fix.raw = c.opened_at and opened_at_fix.confidence >= $apply_above
    left join clean.date_fixes closed_at_fix on closed_at_fix.column_key = 'tickets.closed_at' and closed_at_fix._source = c._source and closed_at_fix.raw = c.closed_at and closed_at_fix.confidence >= $apply_above
    left join clean.word_fixes channel_fix on channel_fix.kind = 'channel' and channel_fix.raw = c.channel and channel_fix.confidence >= $apply_above
    left join clean.text_fixes topic_fix on topic_fix.scope = 'text' and topic_fix.raw = c.topic and topic_fix.confidence >= $apply_above
    left join clean.text_fixes subject_fix on subject_fix.scope = 'text' and subject_fix.raw = c.subject and subject_fix.confidence >= $apply_above
    left join clean.text_fixes status_fix on status_fix.scope = 'text' and status_fix.raw = c.status and status_fix.confidence >= $apply_above
    left join clean.number_fixes satisfaction_fix on satisfaction_fix.kind = 'decimal' and satisfaction_fix.raw = c.satisfaction and satisfaction_fix.confidence >= $apply_above
    where s.relation is null
)
select r._source, r._system, r._file, r._row, coalesce(r._system || ':' || r.ticket_key, concat(r._source, ':', r._file, '#', r._row)) as ticket_id,
    r._system || ':' || r.contact_key as contact_id,
    r.ticket_key, r.contact_key, r.full_name, r.email, r.phone, r.opened_at, r.closed_at,
    coalesce(channel_merge.after, r.channel) as channel, coalesce(topic_merge.after, r.topic) as topic, r.subject,
    coalesce(status_merge.after, r.status) as status, r.satisfaction
from read r
left join clean.value_merges channel_merge on channel_merge.column_key = 'tickets.channel' and channel_merge.before = r.channel
left join clean.value_merges topic_merge on topic_merge.column_key = 'tickets.topic' and topic_merge.before = r.topic
left join clean.value_merges status_merge on status_merge.column_key = 'tickets.status' and status_merge.before = r.status
