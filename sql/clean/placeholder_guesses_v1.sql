-- Suspect values that may stand for nothing said, because they are more frequent than chance allows: 0000, 홍길동, 999.
--
-- grain    one row per column, source and text
-- returns  column_key (contacts.member_no and the like), _source, raw, n (rows), n_all (rows of the column with a text),
--          rule, confidence (.5: only proposed; the value would be NULL); keys and names of one repeated or counted-up
--          character and names of nobody: ten rows and one of a thousand; numbers of nines alone: also ten times beyond all others
with texts as (
    select _source, unnest([{'column_key': 'contacts.source_key', 'kind': 'key', 'raw': source_key}, {'column_key': 'contacts.member_no', 'kind': 'key', 'raw': member_no},
        {'column_key': 'contacts.full_name', 'kind': 'name', 'raw': full_name}, {'column_key': 'contacts.given_name', 'kind': 'name', 'raw': given_name},
        {'column_key': 'contacts.company', 'kind': 'name', 'raw': company}]) as cell
    from source.contacts
    union all select _source, {'column_key': 'orders.contact_key', 'kind': 'key', 'raw': contact_key} from source.orders
    union all select _source, {'column_key': 'tickets.full_name', 'kind': 'name', 'raw': full_name} from source.tickets
),
suspects as (
    select cell.column_key as column_key, _source, cell.raw as raw, cell.kind as kind, count(*) as n
    from texts
    where regexp_full_match(cell.raw, '0{2,}|1{3,}|2{3,}|3{3,}|4{3,}|5{3,}|6{3,}|7{3,}|8{3,}|9{3,}|12345?6?7?8?9?0?|[Xx]{2,}|[Aa]{3,}|[ㅋㅎㅇ]{2,}'
        || '|홍길동|김철수|고객|고객님|손님|비회원|회원|관리자|담당자|개인|(?i)john doe|jane doe|guest|customer|admin|user|member|name|private|individual|walk-in')
    group by cell.column_key, _source, cell.raw, cell.kind
),
sizes as (
    select _source, count(source_key) as n_source_key, count(member_no) as n_member_no, count(full_name) as n_full_name,
        count(given_name) as n_given_name, count(company) as n_company
    from source.contacts
    group by _source
),
order_sizes as (select _source, count(contact_key) as n_contact_key from source.orders group by _source),
ticket_sizes as (select _source, count(full_name) as n_full_name from source.tickets group by _source),
numbers as (
    select 'order_lines.quantity' as column_key, _source, quantity as raw from source.order_lines
    union all select 'events.cost', _source, cost from source.events
    union all select 'tickets.satisfaction', _source, satisfaction from source.tickets
),
counted as (
    select column_key, _source, raw, regexp_full_match(raw, '-?9{2,}([.]0+)?') as is_nines, try_cast(raw as decimal(18, 4)) as value, count(*) as n
    from numbers
    where raw is not null
    group by column_key, _source, raw
),
beyond as (
    select *, sum(n) over (partition by column_key, _source) as n_all,
        max(case when not is_nines then abs(value) end) over (partition by column_key, _source) as most
    from counted
),
weighed as (
    select s.column_key, s._source, s.raw, s.n, case s.column_key when 'contacts.source_key' then z.n_source_key when 'contacts.member_no' then z.n_member_no
        when 'contacts.full_name' then z.n_full_name when 'contacts.given_name' then z.n_given_name when 'contacts.company' then z.n_company
        when 'orders.contact_key' then o.n_contact_key else t.n_full_name end as n_all
    from suspects s
    left join sizes z on z._source = s._source
    left join order_sizes o on o._source = s._source
    left join ticket_sizes t on t._source = s._source
    union all
    select column_key, _source, raw, n, n_all from beyond where is_nines and abs(value) >= 10 * most
)
select column_key, _source, raw, cast(n as bigint) as n, cast(n_all as bigint) as n_all, 'placeholder by its frequency' as rule, cast(.5 as double) as confidence
from weighed
where n >= 10 and 1000 * n >= n_all
