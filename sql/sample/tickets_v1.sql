-- Lay out the tickets of the service portal: the requester nested, times in ISO 8601, satisfaction 1 to 5 or missing.
--
-- grain    one row per ticket; _row is its place in the file
-- param    as_of    date          a ticket that would close later is still open
-- returns  _row and the fields of tickets.json
-- engine   duckdb
with opened as (
    select
        *,
        created_at + to_seconds(1800 + ((h >> 4) % 864000)::bigint) as ends_at,
        ['delivery', 'return', 'payment', 'account', 'product', 'other'][1 + ((h >> 30) % 6)::int] as topic
    from sample.records
    where source = 'tickets'
)

select
    opened._row,
    opened.source_key as id,
    strftime(opened.created_at, '%Y-%m-%dT%H:%M:%SZ') as opened_at,
    if(opened.ends_at < $as_of, strftime(opened.ends_at, '%Y-%m-%dT%H:%M:%SZ'), null) as closed_at,
    ['email', 'phone', 'chat', 'web'][1 + ((opened.h >> 26) % 4)::int] as channel,
    opened.topic,
    case opened.topic
        when 'delivery' then '배송이 아직 오지 않았어요'
        when 'return' then 'How do I return this?'
        when 'payment' then '결제가 두 번 되었습니다'
        when 'account' then 'Cannot log in'
        when 'product' then '상품 문의드립니다'
        else 'Question'
    end as subject,
    if(opened.ends_at < $as_of, 'closed', 'open') as status,
    -- Delivery and payment troubles please people less.
    if(
        opened.ends_at < $as_of and (opened.h >> 34) % 10 < 6,
        greatest(1, 5 - ((opened.h >> 40) % 3)::int - if(opened.topic in ('delivery', 'payment'), 1, 0)
            - if((opened.h >> 44) % 8 = 0, 2, 0)),
        null
    )::int as satisfaction,
    {
        'name': nullif(coalesce(wrong.full_name, names.full_right), ''),
        'email': nullif(coalesce(wrong.email, reach.email_right), ''),
        'phone': nullif(coalesce(wrong.phone, reach.phone_right), '')
    } as requester
from opened
join sample.record_names as names on names.source = opened.source and names._row = opened._row
join sample.record_reach as reach on reach.source = opened.source and reach._row = opened._row
left join sample.wrong_cells as wrong on wrong.source = opened.source and wrong._row = opened._row
