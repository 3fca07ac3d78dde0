-- Log every cell of order_lines that cleaning changed, with the rule that changed it.
--
-- grain    one row per changed cell of a row that is kept
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule; a mere change of type (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'order_key' as column_name, c.order_key as before, f.value as after, f.rule
    from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.order_key
    union all select c._source, c._file, c._row, 'line_no', c.line_no, cast(try_cast(f.value as bigint) as varchar), f.rule
    from source.order_lines c join clean.number_fixes f on f.kind = 'count' and f.raw = c.line_no
    union all select c._source, c._file, c._row, 'contact_key', c.contact_key, f.value, f.rule
    from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.contact_key
    union all select c._source, c._file, c._row, 'ordered_at', c.ordered_at, cast(f.value as varchar), f.rule
    from source.order_lines c join clean.date_fixes f on f.column_key = 'order_lines.ordered_at' and f._source = c._source and f.raw = c.ordered_at
    union all select c._source, c._file, c._row, 'product_key', c.product_key, f.value, f.rule
    from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.product_key
    union all select c._source, c._file, c._row, 'product_name', c.product_name, f.value, f.rule
    from source.order_lines c join clean.text_fixes f on f.scope = 'text' and f.raw = c.product_name
    union all select c._source, c._file, c._row, 'category', c.category, f.value, f.rule
    from source.order_lines c join clean.text_fixes f on f.scope = 'text' and f.raw = c.category
    union all select c._source, c._file, c._row, 'quantity', c.quantity, cast(f.value as varchar), f.rule
    from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.quantity
    union all select c._source, c._file, c._row, 'unit_price', c.unit_price, cast(f.value as varchar), f.rule
    from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.unit_price
    union all select c._source, c._file, c._row, 'amount', c.amount, cast(f.value as varchar), f.rule
    from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.amount
    union all select c._source, c._file, c._row, 'currency', c.currency, f.value, f.rule
    from source.order_lines c join clean.word_fixes f on f.kind = 'currency' and f.raw = c.currency
    union all select c._source, c._file, c._row, 'status', c.status, f.value, f.rule
    from source.order_lines c join clean.word_fixes f on f.kind = 'status' and f.raw = c.status
    union all select c._source, c._file, c._row, 'country', c.country, f.value, f.rule
    from source.order_lines c join clean.word_fixes f on f.kind = 'country' and f.raw = c.country
)
select 'clean.order_lines' as relation, h._source, h._file, h._row, h.column_name, h.before, h.after, h.rule
from changed h
where not exists (
    select 1 from clean.set_aside s
    where s.relation = 'clean.order_lines' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
)
