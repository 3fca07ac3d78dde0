-- Log every cell of order_lines that cleaning changed or would change, with the rule and how sure it is.
--
-- grain    one row per cell of a row that is kept, and change
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule, confidence, is_applied (false: proposed; too unsure, or its rule is switched off); a mere change of type
--          (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled are no changes
with changed as (
    select c._source, c._file, c._row, 'order_key' as column_name, c.order_key as before, f.value as after, f.rule, f.confidence from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.order_key
    union all select c._source, c._file, c._row, 'line_no', c.line_no, cast(try_cast(f.value as bigint) as varchar), f.rule, f.confidence from source.order_lines c join clean.number_fixes f on f.kind = 'count' and f.raw = c.line_no
    union all select c._source, c._file, c._row, 'contact_key', c.contact_key, f.value, f.rule, f.confidence from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.contact_key
    union all select c._source, c._file, c._row, 'ordered_at', c.ordered_at, cast(f.value as varchar), f.rule, f.confidence from source.order_lines c join clean.date_fixes f on f.column_key = 'order_lines.ordered_at' and f._source = c._source and f.raw = c.ordered_at
    union all select c._source, c._file, c._row, 'product_key', c.product_key, f.value, f.rule, f.confidence from source.order_lines c join clean.text_fixes f on f.scope = 'key' and f.raw = c.product_key
    union all select c._source, c._file, c._row, 'product_name', c.product_name, f.value, f.rule, f.confidence from source.order_lines c join clean.text_fixes f on f.scope = 'text' and f.raw = c.product_name
    union all select c._source, c._file, c._row, 'category', c.category, f.value, f.rule, f.confidence from source.order_lines c join clean.text_fixes f on f.scope = 'text' and f.raw = c.category
    union all select c._source, c._file, c._row, 'quantity', c.quantity, cast(f.value as varchar), f.rule, f.confidence from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.quantity
    union all select c._source, c._file, c._row, 'unit_price', c.unit_price, cast(f.value as varchar), f.rule, f.confidence from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.unit_price
    union all select c._source, c._file, c._row, 'amount', c.amount, cast(f.value as varchar), f.rule, f.confidence from source.order_lines c join clean.number_fixes f on f.kind = 'decimal' and f.raw = c.amount
    union all select c._source, c._file, c._row, 'currency', c.currency, f.value, f.rule, f.confidence from source.order_lines c join clean.word_fixes f on f.kind = 'currency' and f.raw = c.currency
    union all select c._source, c._file, c._row, 'status', c.status, f.value, f.rule, f.confidence from source.order_lines c join clean.word_fixes f on f.kind = 'status' and f.raw = c.status
    union all select c._source, c._file, c._row, 'country', c.country, f.value, f.rule, f.confidence from source.order_lines c join clean.word_fixes f on f.kind = 'country' and f.raw = c.country
    union all select c._source, c._file, c._row, 'product_name', c.product_name, v.before, 'merged value', 1.0 from source.order_lines c join clean.value_merges v on v.column_key = 'order_lines.product_name' and v.before = c.product_name
    union all select c._source, c._file, c._row, 'category', c.category, v.before, 'merged value', 1.0 from source.order_lines c join clean.value_merges v on v.column_key = 'order_lines.category' and v.before = c.category
),
judged as (
    select h._source, h._file, h._row, h.column_name, h.before, coalesce(v.after, h.after) as after,
        case when v.after is null then h.rule else 'merged value' end as rule, h.confidence,
        h.confidence >= $apply_above and not coalesce(list_contains(o.rules, h.rule), false) as is_applied
    from changed h
    left join clean.switched_off o on o._source = h._source
    left join clean.value_merges v on v.column_key = 'order_lines.' || h.column_name and v.before = h.after
    left join clean.set_aside s on s.relation = 'clean.order_lines' and s._source = h._source and coalesce(s._file, '') = coalesce(h._file, '') and s._row = h._row
    where s.relation is null
)
select 'clean.order_lines' as relation, _source, _file, _row, column_name, before, after, rule, confidence, is_applied from judged
