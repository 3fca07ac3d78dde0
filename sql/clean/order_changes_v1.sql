-- Log every cell of orders that cleaning changed, with the rule that changed it.
--
-- grain    one row per changed cell of a row that is kept
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule; a mere change of type (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'order_key' as column_name, c.order_key as before, f.value as after, f.rule
    from source.orders c join clean.text_fixes f on f.scope = 'key' and f.raw = c.order_key
    union all select c._source, c._file, c._row, 'contact_key', c.contact_key, f.value, f.rule
    from source.orders c join clean.text_fixes f on f.scope = 'key' and f.raw = c.contact_key
    union all select c._source, c._file, c._row, 'email', c.email, f.value, f.rule
    from source.orders c join clean.email_fixes f on f.raw = c.email
    union all select c._source, c._file, c._row, 'phone', c.phone, f.value, f.rule
    from source.orders c join clean.phone_fixes f on f.raw = c.phone and f.country_text = ''
    union all select c._source, c._file, c._row, 'ordered_at', c.ordered_at, cast(f.value as varchar), f.rule
    from source.orders c join clean.date_fixes f on f.column_key = 'orders.ordered_at' and f._source = c._source and f.raw = c.ordered_at
    union all select c._source, c._file, c._row, 'status', c.status, f.value, f.rule
    from source.orders c join clean.word_fixes f on f.kind = 'status' and f.raw = c.status
    union all select c._source, c._file, c._row, 'amount', c.amount, cast(f.value as varchar), f.rule
    from source.orders c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.amount
    union all select c._source, c._file, c._row, 'currency', c.currency, f.value, f.rule
    from source.orders c join clean.word_fixes f on f.kind = 'currency' and f.raw = c.currency
    union all select c._source, c._file, c._row, 'channel', c.channel, f.value, f.rule
    from source.orders c join clean.word_fixes f on f.kind = 'channel' and f.raw = c.channel
    union all select c._source, c._file, c._row, 'campaign', c.campaign, f.value, f.rule
    from source.orders c join clean.text_fixes f on f.scope = 'text' and f.raw = c.campaign
)
select 'clean.orders' as relation, h._source, h._file, h._row, h.column_name, h.before, h.after, h.rule
from changed h
where not exists (
    select 1 from clean.set_aside s
    where s.relation = 'clean.orders' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
)
