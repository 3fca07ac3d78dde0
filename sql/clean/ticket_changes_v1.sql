-- Log every cell of tickets that cleaning changed, with the rule that changed it.
--
-- grain    one row per changed cell of a row that is kept
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule; a mere change of type (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'ticket_key' as column_name, c.ticket_key as before, f.value as after, f.rule
    from source.tickets c join clean.text_fixes f on f.scope = 'key' and f.raw = c.ticket_key
    union all select c._source, c._file, c._row, 'contact_key', c.contact_key, f.value, f.rule
    from source.tickets c join clean.text_fixes f on f.scope = 'key' and f.raw = c.contact_key
    union all select c._source, c._file, c._row, 'full_name', c.full_name, f.value, f.rule
    from source.tickets c join clean.name_fixes f on f.part = 'full' and f._source = c._source and f.raw = c.full_name and f.rule is not null
    union all select c._source, c._file, c._row, 'email', c.email, f.value, f.rule
    from source.tickets c join clean.email_fixes f on f.raw = c.email
    union all select c._source, c._file, c._row, 'phone', c.phone, f.value, f.rule
    from source.tickets c join clean.phone_fixes f on f.raw = c.phone and f.country_text = ''
    union all select c._source, c._file, c._row, 'opened_at', c.opened_at, cast(f.value as varchar), f.rule
    from source.tickets c join clean.date_fixes f on f.column_key = 'tickets.opened_at' and f._source = c._source and f.raw = c.opened_at
    union all select c._source, c._file, c._row, 'closed_at', c.closed_at, cast(f.value as varchar), f.rule
    from source.tickets c join clean.date_fixes f on f.column_key = 'tickets.closed_at' and f._source = c._source and f.raw = c.closed_at
    union all select c._source, c._file, c._row, 'channel', c.channel, f.value, f.rule
    from source.tickets c join clean.word_fixes f on f.kind = 'channel' and f.raw = c.channel
    union all select c._source, c._file, c._row, 'topic', c.topic, f.value, f.rule
    from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.topic
    union all select c._source, c._file, c._row, 'subject', c.subject, f.value, f.rule
    from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.subject
    union all select c._source, c._file, c._row, 'status', c.status, f.value, f.rule
    from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.status
    union all select c._source, c._file, c._row, 'satisfaction', c.satisfaction, cast(cast(f.value as double) as varchar), f.rule
    from source.tickets c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.satisfaction
)
select 'clean.tickets' as relation, h._source, h._file, h._row, h.column_name, h.before, h.after, h.rule
from changed h
where not exists (
    select 1 from clean.set_aside s
    where s.relation = 'clean.tickets' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
)
