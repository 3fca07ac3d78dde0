-- Log every cell of tickets that cleaning changed or would change, with the rule and how sure it is.
--
-- grain    one row per cell of a row that is kept, and change
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule, confidence, is_applied (false: proposed; too unsure, or its rule is switched off); a mere change of type
--          (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'ticket_key' as column_name, c.ticket_key as before, f.value as after, f.rule, f.confidence from source.tickets c join clean.text_fixes f on f.scope = 'key' and f.raw = c.ticket_key
    union all select c._source, c._file, c._row, 'contact_key', c.contact_key, f.value, f.rule, f.confidence from source.tickets c join clean.text_fixes f on f.scope = 'key' and f.raw = c.contact_key
    union all select c._source, c._file, c._row, 'full_name', c.full_name, f.value, f.rule, f.confidence from source.tickets c join clean.name_fixes f on f.part = 'full' and f._source = c._source and f.raw = c.full_name and f.rule is not null
    union all select c._source, c._file, c._row, 'email', c.email, f.value, f.rule, f.confidence from source.tickets c join clean.email_fixes f on f.raw = c.email
    union all select c._source, c._file, c._row, 'phone', c.phone, f.value, f.rule, f.confidence from source.tickets c join clean.phone_fixes f on f.raw = c.phone and f.country_text = ''
    union all select c._source, c._file, c._row, 'opened_at', c.opened_at, cast(f.value as varchar), f.rule, f.confidence from source.tickets c join clean.date_fixes f on f.column_key = 'tickets.opened_at' and f._source = c._source and f.raw = c.opened_at
    union all select c._source, c._file, c._row, 'closed_at', c.closed_at, cast(f.value as varchar), f.rule, f.confidence from source.tickets c join clean.date_fixes f on f.column_key = 'tickets.closed_at' and f._source = c._source and f.raw = c.closed_at
    union all select c._source, c._file, c._row, 'channel', c.channel, f.value, f.rule, f.confidence from source.tickets c join clean.word_fixes f on f.kind = 'channel' and f.raw = c.channel
    union all select c._source, c._file, c._row, 'topic', c.topic, f.value, f.rule, f.confidence from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.topic
    union all select c._source, c._file, c._row, 'subject', c.subject, f.value, f.rule, f.confidence from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.subject
    union all select c._source, c._file, c._row, 'status', c.status, f.value, f.rule, f.confidence from source.tickets c join clean.text_fixes f on f.scope = 'text' and f.raw = c.status
    union all select c._source, c._file, c._row, 'satisfaction', c.satisfaction, cast(cast(f.value as double) as varchar), f.rule, f.confidence from source.tickets c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.satisfaction
    union all select c._source, c._file, c._row, 'channel', c.channel, v.before, 'merged value', 1.0 from source.tickets c join clean.value_merges v on v.column_key = 'tickets.channel' and v.before = c.channel
    union all select c._source, c._file, c._row, 'topic', c.topic, v.before, 'merged value', 1.0 from source.tickets c join clean.value_merges v on v.column_key = 'tickets.topic' and v.before = c.topic
    union all select c._source, c._file, c._row, 'status', c.status, v.before, 'merged value', 1.0 from source.tickets c join clean.value_merges v on v.column_key = 'tickets.status' and v.before = c.status
),
judged as (
    select h._source, h._file, h._row, h.column_name, h.before, coalesce(v.after, h.after) as after,
        case when v.after is null then h.rule else 'merged value' end as rule, h.confidence,
        h.confidence >= $apply_above and not coalesce(list_contains(o.rules, h.rule), false) as is_applied
    from changed h
    left join clean.switched_off o on o._source = h._source
    left join clean.value_merges v on v.column_key = 'tickets.' || h.column_name and v.before = h.after
    left join clean.set_aside s on s.relation = 'clean.tickets' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
    where s.relation is null
)
select 'clean.tickets' as relation, _source, _file, _row, column_name, before, after, rule, confidence, is_applied from judged
