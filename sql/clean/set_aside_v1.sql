-- Set aside rows that are wholly blank and rows that repeat another row of their source in every column.
--
-- grain    one row per row left out of clean.<entity>
-- param    duplicates   one of drop, keep = 'drop'   drop: of equal rows the first by file and row stays; keep: all stay
-- returns  relation, _source, _file, _row, reason (names the row that stays)
with
-- Only rows that agree in what commonly tells rows apart are compared column by column; without a row number none can be named.
contact_twins as (
    select _source, source_key, email, phone from source.contacts group by _source, source_key, email, phone having count(*) > 1
),
order_twins as (
    select _source, order_key, ordered_at, amount from source.orders group by _source, order_key, ordered_at, amount having count(*) > 1
),
order_line_twins as (
    select _source, order_key, product_key, quantity from source.order_lines group by _source, order_key, product_key, quantity having count(*) > 1
),
event_twins as (
    select _source, event_key, email, occurred_at from source.events group by _source, event_key, email, occurred_at having count(*) > 1
),
ticket_twins as (
    select _source, ticket_key, opened_at, email from source.tickets group by _source, ticket_key, opened_at, email having count(*) > 1
),
candidates as (
    select 'clean.contacts' as relation, c._source, c._file, c._row, [
        c.source_key, c.member_no, c.full_name, c.given_name, c.family_name, c.company, c.email, c.phone,
        c.birth_date, c.gender, c.postcode, c.address, c.city, c.region, c.country, c.social_handles,
        c.consent_email, c.consent_sms, c.consent_phone, c.consent_post, c.consent_at, c.created_at, c.updated_at,
        c.acquired_via] as cells
    from source.contacts c left join contact_twins t on t._source = c._source and t.source_key is not distinct from c.source_key and t.email is not distinct from c.email and t.phone is not distinct from c.phone
    where c._row is not null and (t._source is not null or trim(concat(c.source_key, c.email, c.phone)) = '')
    union all select 'clean.orders' as relation, c._source, c._file, c._row, [
        c.order_key, c.contact_key, c.email, c.phone, c.ordered_at, c.status, c.amount, c.currency, c.channel,
        c.campaign] as cells
    from source.orders c left join order_twins t on t._source = c._source and t.order_key is not distinct from c.order_key and t.ordered_at is not distinct from c.ordered_at and t.amount is not distinct from c.amount
    where c._row is not null and (t._source is not null or trim(concat(c.order_key, c.ordered_at, c.amount)) = '')
    union all select 'clean.order_lines' as relation, c._source, c._file, c._row, [
        c.order_key, c.line_no, c.contact_key, c.ordered_at, c.product_key, c.product_name, c.category, c.quantity,
        c.unit_price, c.amount, c.currency, c.status, c.country] as cells
    from source.order_lines c left join order_line_twins t on t._source = c._source and t.order_key is not distinct from c.order_key and t.product_key is not distinct from c.product_key and t.quantity is not distinct from c.quantity
    where c._row is not null and (t._source is not null or trim(concat(c.order_key, c.product_key, c.quantity)) = '')
    union all select 'clean.events' as relation, c._source, c._file, c._row, [
        c.event_key, c.kind, c.occurred_at, c.contact_key, c.email, c.campaign, c.channel, c.variant, c.cost, c.url] as cells
    from source.events c left join event_twins t on t._source = c._source and t.event_key is not distinct from c.event_key and t.email is not distinct from c.email and t.occurred_at is not distinct from c.occurred_at
    where c._row is not null and (t._source is not null or trim(concat(c.event_key, c.email, c.occurred_at)) = '')
    union all select 'clean.tickets' as relation, c._source, c._file, c._row, [
        c.ticket_key, c.contact_key, c.full_name, c.email, c.phone, c.opened_at, c.closed_at, c.channel, c.topic,
        c.subject, c.status, c.satisfaction] as cells
    from source.tickets c left join ticket_twins t on t._source = c._source and t.ticket_key is not distinct from c.ticket_key and t.opened_at is not distinct from c.opened_at and t.email is not distinct from c.email
    where c._row is not null and (t._source is not null or trim(concat(c.ticket_key, c.opened_at, c.email)) = '')
),
compared as (
    select relation, _source, _file, _row, regexp_full_match(coalesce(array_to_string(cells, ''), ''), '\s*') as is_blank,
        row_number() over same_cells as place,
        first_value(concat(_file, '#', _row)) over same_cells as kept
    from candidates
    window same_cells as (partition by relation, _source, cells order by _file, _row)
)
select relation, _source, _file, _row, case when is_blank then 'blank row' else 'exact duplicate of ' || kept end as reason
from compared
where is_blank or (place > 1 and $duplicates = 'drop')
