-- Tell of every column of every source how much of it was right, what was done to it, and what is left to decide.
--
-- grain    one row per relation, _source and canonical column that the source fills at all
-- returns  n_rows, n_filled (cells before cleaning), n_changed (to a value), n_emptied, n_proposed (left as they are until somebody
--          decides), share_right (of n_filled: neither changed nor in doubt)
with counted as (
    select 'clean.contacts' as relation, _source, count(*) as n_rows, [
            'source_key', 'member_no', 'full_name', 'given_name', 'family_name', 'company', 'email', 'phone', 'birth_date',
            'gender', 'postcode', 'address', 'city', 'region', 'country', 'social_handles', 'consent_email', 'consent_sms',
            'consent_phone', 'consent_post', 'consent_at', 'created_at', 'updated_at', 'acquired_via'
        ] as names, [
            count(source_key), count(member_no), count(full_name), count(given_name), count(family_name), count(company),
            count(email), count(phone), count(birth_date), count(gender), count(postcode), count(address), count(city),
            count(region), count(country), count(social_handles), count(consent_email), count(consent_sms), count(consent_phone),
            count(consent_post), count(consent_at), count(created_at), count(updated_at), count(acquired_via)
        ] as counts
    from source.contacts group by _source
    union all
    select 'clean.orders', _source, count(*), [
            'order_key', 'contact_key', 'email', 'phone', 'ordered_at', 'status', 'amount', 'currency', 'channel', 'campaign'
        ], [
            count(order_key), count(contact_key), count(email), count(phone), count(ordered_at), count(status), count(amount),
            count(currency), count(channel), count(campaign)
        ]
    from source.orders group by _source
    union all
    select 'clean.order_lines', _source, count(*), [
            'order_key', 'line_no', 'contact_key', 'ordered_at', 'product_key', 'product_name', 'category', 'quantity',
            'unit_price', 'amount', 'currency', 'status', 'country'
        ], [
            count(order_key), count(line_no), count(contact_key), count(ordered_at), count(product_key), count(product_name),
            count(category), count(quantity), count(unit_price), count(amount), count(currency), count(status), count(country)
        ]
    from source.order_lines group by _source
    union all
    select 'clean.events', _source, count(*), [
            'event_key', 'kind', 'occurred_at', 'contact_key', 'email', 'campaign', 'channel', 'variant', 'cost', 'url'
        ], [
            count(event_key), count(kind), count(occurred_at), count(contact_key), count(email), count(campaign), count(channel),
            count(variant), count(cost), count(url)
        ]
    from source.events group by _source
    union all
    select 'clean.tickets', _source, count(*), [
            'ticket_key', 'contact_key', 'full_name', 'email', 'phone', 'opened_at', 'closed_at', 'channel', 'topic', 'subject',
            'status', 'satisfaction'
        ], [
            count(ticket_key), count(contact_key), count(full_name), count(email), count(phone), count(opened_at),
            count(closed_at), count(channel), count(topic), count(subject), count(status), count(satisfaction)
        ]
    from source.tickets group by _source
),
columns as (
    select relation, _source, n_rows, unnest(names) as column_name, unnest(counts) as n_filled from counted
),
changed as (
    select relation, _source, column_name, count(*) filter (where after is not null) as n_changed,
        count(*) filter (where after is null) as n_emptied
    from clean.changes where before is not null group by relation, _source, column_name
),
proposed as (
    select relation, _source, column_name, count(*) as n_proposed
    from clean.proposals group by relation, _source, column_name
)
select c.relation, c._source, c.column_name, c.n_rows, c.n_filled, coalesce(h.n_changed, 0) as n_changed,
    coalesce(h.n_emptied, 0) as n_emptied, coalesce(p.n_proposed, 0) as n_proposed,
    1 - (coalesce(h.n_changed, 0) + coalesce(h.n_emptied, 0) + coalesce(p.n_proposed, 0)) / nullif(cast(c.n_filled as double), 0) as share_right
from columns c
left join changed h on h.relation = c.relation and h._source = c._source and h.column_name = c.column_name
left join proposed p on p.relation = c.relation and p._source = c._source and p.column_name = c.column_name
where c.n_filled > 0
