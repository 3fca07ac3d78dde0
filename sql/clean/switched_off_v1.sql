-- List the cleaning rules that are switched off, by source.
--
-- grain    one row per source, when a rule is switched off
-- param    rules_off   list of text = []   rules by name: 'mistyped e-mail domain' everywhere, 'shop: mistyped e-mail domain' in one source
-- returns  _source, rules (list of names)
with sources as (
    select _source from source.contacts
    union
    select _source from source.orders
    union
    select _source from source.order_lines
    union
    select _source from source.events
    union
    select _source from source.tickets
),
entries as (select unnest(cast($rules_off as varchar[])) as entry)
select s._source,
    list(case when starts_with(e.entry, s._source || ': ') then substr(e.entry, length(s._source) + 3) else e.entry end order by e.entry) as rules
from sources s cross join entries e
where e.entry <> ''
group by s._source
