-- Lay amounts and quantities bare: sign, currency and digits apart.
--
-- grain    one row per kind (decimal, count) and number text that a plain cast does not read right
-- returns  kind, raw, text (after general mending, lower case; NULL: says nothing), rule and confidence (of text),
--          mark (the sign or word of a currency, '' for none), is_negative, digits (with their points and commas, and 만 and 억)
with cells as (
    select 'decimal' as kind, amount as raw from source.orders
    union all select 'decimal', unnest([quantity, unit_price, amount]) from source.order_lines
    union all select 'count', line_no from source.order_lines
    union all select 'decimal', cost from source.events
    union all select 'decimal', satisfaction from source.tickets
),
doubtful as (
    select distinct kind, raw
    from cells
    where raw is not null
      and case when not regexp_full_match(raw, '-?[0-9]{1,14}([.][0-9]{1,4})?') then true else kind = 'count' and contains(raw, '.') end
),
mended as (
    select d.kind, d.raw, t.rule, coalesce(t.confidence, 1.0) as confidence,
        lower(case when strlen(d.raw) > 80 then '?' when t.raw is null then d.raw else t.value end) as text
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
)
select *, regexp_extract(text, '₩|￦|원|won|krw|us[$]|usd|[$]|달러|€|euros?|eur|£|￡|gbp|円|엔|jpy|yen|元|위안|cny|rmb') as mark,
    regexp_matches(text, '^[^0-9]*[(].*[)][^0-9]*$|^[^0-9]*[-−–△▲]|[0-9] ?-$') as is_negative,
    -- What is left are digits with their points, commas and apostrophes; letters beside them that are units go.
    regexp_replace(regexp_replace(text, '^(일금|금)|₩|￦|원정|원|won|krw|us[$]|usd|[$]|달러|€|euros?|eur|£|￡|gbp|円|엔|jpy|yen|元|위안|cny|rmb|¥'
        || '|^[(]|[)]$|[ ''’]|^[-−–+△▲]+|-$', '', 'g'), '(개|건|점|회|명|ea|pcs|pc|stars?|x|%|/[0-9]+)$|^[-−–+△▲(]+|[)]$', '', 'g') as digits
from mended
