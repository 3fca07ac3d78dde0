-- List the cells whose value may stand for nothing said, because it is more frequent than chance allows.
--
-- grain    one row per cell of a row that is kept and that clean.placeholder_guesses suspects
-- returns  relation, _source, _file, _row, column_name, before, after (NULL), rule, confidence
-- stored   no, they are few, and none in most projects
with cells as (
    select 'contacts.source_key' as column_key, _source, _file, _row, source_key as raw from source.contacts
    union all select 'contacts.member_no', _source, _file, _row, member_no from source.contacts
    union all select 'contacts.full_name', _source, _file, _row, full_name from source.contacts
    union all select 'contacts.given_name', _source, _file, _row, given_name from source.contacts
    union all select 'contacts.company', _source, _file, _row, company from source.contacts
    union all select 'orders.contact_key', _source, _file, _row, contact_key from source.orders
    union all select 'order_lines.quantity', _source, _file, _row, quantity from source.order_lines
    union all select 'events.cost', _source, _file, _row, cost from source.events
    union all select 'tickets.full_name', _source, _file, _row, full_name from source.tickets
    union all select 'tickets.satisfaction', _source, _file, _row, satisfaction from source.tickets
)
select 'clean.' || split_part(g.column_key, '.', 1) as relation, c._source, c._file, c._row, split_part(g.column_key, '.', 2) as column_name,
    c.raw as before, cast(null as varchar) as after, g.rule, g.confidence
from clean.placeholder_guesses g
join cells c on c.column_key = g.column_key and c._source = g._source and c.raw = g.raw
left join clean.set_aside s on s.relation = 'clean.' || split_part(g.column_key, '.', 1) and s._source = c._source
    and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
where s.relation is null
