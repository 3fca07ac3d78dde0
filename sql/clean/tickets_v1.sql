-- Hold every service ticket with its cells set right and typed.
--
-- grain    one row per row of source.tickets that is not set aside
-- returns  ticket_id (system:ticket_key, else source:file#row), contact_id (system:contact_key), the columns of source.tickets typed
with kept as (
    select * from source.tickets c where not exists (select 1 from clean.set_aside s
        where s.relation = 'clean.tickets' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row)
),
read as (
    select c._source, c._system, c._file, c._row,
        case when ticket_key_fix.raw is null then c.ticket_key else ticket_key_fix.value end as ticket_key,
        case when contact_key_fix.raw is null then c.contact_key else contact_key_fix.value end as contact_key,
        case when full_name_fix.raw is null then c.full_name else full_name_fix.value end as full_name,
        case when email_fix.raw is null then c.email else email_fix.value end as email,
        case when phone_fix.raw is null then c.phone else phone_fix.value end as phone,
        case when opened_at_fix.raw is null then try_cast(c.opened_at as timestamp) else opened_at_fix.value end as opened_at,
        case when closed_at_fix.raw is null then try_cast(c.closed_at as timestamp) else closed_at_fix.value end as closed_at,
        case when channel_fix.raw is null then c.channel else channel_fix.value end as channel,
        case when topic_fix.raw is null then c.topic else topic_fix.value end as topic,
        case when subject_fix.raw is null then c.subject else subject_fix.value end as subject,
        case when status_fix.raw is null then c.status else status_fix.value end as status,
        cast(case when satisfaction_fix.raw is null then try_cast(c.satisfaction as decimal(18, 4)) else satisfaction_fix.value end as double) as satisfaction
    from kept c
    left join clean.text_fixes ticket_key_fix on ticket_key_fix.scope = 'key' and ticket_key_fix.raw = c.ticket_key
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key
    left join clean.name_fixes full_name_fix on full_name_fix.part = 'full' and full_name_fix._source = c._source and full_name_fix.raw = c.full_name
    left join clean.email_fixes email_fix on email_fix.raw = c.email
    left join clean.phone_fixes phone_fix on phone_fix.raw = c.phone and phone_fix.country_text = ''
    left join clean.date_fixes opened_at_fix on opened_at_fix.column_key = 'tickets.opened_at' and opened_at_fix._source = c._source and opened_at_fix.raw = c.opened_at
    left join clean.date_fixes closed_at_fix on closed_at_fix.column_key = 'tickets.closed_at' and closed_at_fix._source = c._source and closed_at_fix.raw = c.closed_at
    left join clean.word_fixes channel_fix on channel_fix.kind = 'channel' and channel_fix.raw = c.channel
    left join clean.text_fixes topic_fix on topic_fix.scope = 'text' and topic_fix.raw = c.topic
    left join clean.text_fixes subject_fix on subject_fix.scope = 'text' and subject_fix.raw = c.subject
    left join clean.text_fixes status_fix on status_fix.scope = 'text' and status_fix.raw = c.status
    left join clean.number_fixes satisfaction_fix on satisfaction_fix.kind = 'decimal' and satisfaction_fix.raw = c.satisfaction
)
select _source, _system, _file, _row, coalesce(_system || ':' || ticket_key, concat(_source, ':', _file, '#', _row)) as ticket_id,
    _system || ':' || contact_key as contact_id,
    ticket_key, contact_key, full_name, email, phone, opened_at, closed_at, channel, topic, subject, status,
    satisfaction
from read
