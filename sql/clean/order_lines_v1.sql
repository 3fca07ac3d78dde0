-- Hold every order line with its cells set right and typed.
--
-- grain    one row per row of source.order_lines that is not set aside
-- param    apply_above   double from 0 = 0.9   changes of a lower confidence are only proposed: the cell stays as the source had it
-- returns  order_id (system:order_key), contact_id (system:contact_key), the columns of source.order_lines typed; amount where
--          missing: quantity * unit_price; status where the source has none: cancelled for a negative quantity or for a
--          key C123 beside keys like 123, else completed
with read as (
    select c._source, c._system, c._file, c._row, c.status is null as has_no_status,
        case when order_key_fix.raw is null or list_contains(o.rules, order_key_fix.rule) then c.order_key else order_key_fix.value end as order_key,
        try_cast(case when line_no_fix.raw is null or list_contains(o.rules, line_no_fix.rule) then try_cast(c.line_no as decimal(18, 4)) else line_no_fix.value end as bigint) as line_no,
        case when contact_key_fix.raw is null or list_contains(o.rules, contact_key_fix.rule) then c.contact_key else contact_key_fix.value end as contact_key,
        case when ordered_at_fix.raw is null or list_contains(o.rules, ordered_at_fix.rule) then try_cast(c.ordered_at as timestamp) else ordered_at_fix.value end as ordered_at,
        case when product_key_fix.raw is null or list_contains(o.rules, product_key_fix.rule) then c.product_key else product_key_fix.value end as product_key,
        case when product_name_fix.raw is null or list_contains(o.rules, product_name_fix.rule) then c.product_name else product_name_fix.value end as product_name,
        case when category_fix.raw is null or list_contains(o.rules, category_fix.rule) then c.category else category_fix.value end as category,
        case when quantity_fix.raw is null or list_contains(o.rules, quantity_fix.rule) then try_cast(c.quantity as decimal(18, 4)) else quantity_fix.value end as quantity,
        case when unit_price_fix.raw is null or list_contains(o.rules, unit_price_fix.rule) then try_cast(c.unit_price as decimal(18, 4)) else unit_price_fix.value end as unit_price,
        case when amount_fix.raw is null or list_contains(o.rules, amount_fix.rule) then try_cast(c.amount as decimal(18, 4)) else amount_fix.value end as amount,
        coalesce(case when currency_fix.raw is null or list_contains(o.rules, currency_fix.rule) then c.currency else currency_fix.value end, amount_fix.currency, unit_price_fix.currency) as currency,
        case when status_fix.raw is null or list_contains(o.rules, status_fix.rule) then c.status else status_fix.value end as status,
        case when country_fix.raw is null or list_contains(o.rules, country_fix.rule) then c.country else country_fix.value end as country
    from source.order_lines c
    left join clean.switched_off o on o._source = c._source
    left join clean.set_aside s on s.relation = 'clean.order_lines' and s._source = c._source and coalesce(s._file, '') = coalesce(c._file, '') and s._row = c._row
    left join clean.text_fixes order_key_fix on order_key_fix.scope = 'key' and order_key_fix.raw = c.order_key and order_key_fix.confidence >= $apply_above
    left join clean.number_fixes line_no_fix on line_no_fix.kind = 'count' and line_no_fix.raw = c.line_no and line_no_fix.confidence >= $apply_above
    left join clean.text_fixes contact_key_fix on contact_key_fix.scope = 'key' and contact_key_fix.raw = c.contact_key and contact_key_fix.confidence >= $apply_above
    left join clean.date_fixes ordered_at_fix on ordered_at_fix.column_key = 'order_lines.ordered_at' and ordered_at_fix._source = c._source and ordered_at_fix.raw = c.ordered_at and ordered_at_fix.confidence >= $apply_above
    left join clean.text_fixes product_key_fix on product_key_fix.scope = 'key' and product_key_fix.raw = c.product_key and product_key_fix.confidence >= $apply_above
    left join clean.text_fixes product_name_fix on product_name_fix.scope = 'text' and product_name_fix.raw = c.product_name and product_name_fix.confidence >= $apply_above
    left join clean.text_fixes category_fix on category_fix.scope = 'text' and category_fix.raw = c.category and category_fix.confidence >= $apply_above
    left join clean.number_fixes quantity_fix on quantity_fix.kind = 'decimal' and quantity_fix.raw = c.quantity and quantity_fix.confidence >= $apply_above
    left join clean.number_fixes unit_price_fix on unit_price_fix.kind = 'decimal' and unit_price_fix.raw = c.unit_price and unit_price_fix.confidence >= $apply_above
    left join clean.number_fixes amount_fix on amount_fix.kind = 'decimal' and amount_fix.raw = c.amount and amount_fix.confidence >= $apply_above
    left join clean.word_fixes currency_fix on currency_fix.kind = 'currency' and currency_fix.raw = c.currency and currency_fix.confidence >= $apply_above
    left join clean.word_fixes status_fix on status_fix.kind = 'status' and status_fix.raw = c.status and status_fix.confidence >= $apply_above
    left join clean.word_fixes country_fix on country_fix.kind = 'country' and country_fix.raw = c.country and country_fix.confidence >= $apply_above
    where s.relation is null
),
-- Only where plain numbers are keys too, a C before one marks a cancellation.
marking as (select distinct _system from source.order_lines where regexp_full_match(order_key, '[0-9]+([.]0)?'))
select r._source, r._system, r._file, r._row, r._system || ':' || r.order_key as order_id, r._system || ':' || r.contact_key as contact_id,
    r.order_key, r.line_no, r.contact_key, r.ordered_at, r.product_key, coalesce(product_name_merge.after,
    r.product_name) as product_name, coalesce(category_merge.after, r.category) as category, r.quantity,
    r.unit_price,
    -- Wide enough for the product of the two largest; what does not fit a price is no price.
    coalesce(r.amount, try_cast(cast(r.quantity as decimal(19, 4)) * cast(r.unit_price as decimal(19, 4)) as decimal(18, 4))) as amount,
    r.currency,
    case when not r.has_no_status then r.status when r.quantity < 0 then 'cancelled'
         when m._system is not null and regexp_full_match(r.order_key, 'C[0-9]+') then 'cancelled' else 'completed' end as status, r.country
from read r
left join marking m on m._system = r._system
left join clean.value_merges product_name_merge on product_name_merge.column_key = 'order_lines.product_name' and product_name_merge.before = r.product_name
left join clean.value_merges category_merge on category_merge.column_key = 'order_lines.category' and category_merge.before = r.category
