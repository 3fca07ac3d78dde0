-- List addresses that are right in form but known to be dead: messages to them came back, and nothing was opened since.
--
-- grain    one row per channel and address that cannot be reached
-- param    soft_bounces   integer from 1 = 3   returned messages from which a full mailbox or a phone switched off counts as dead
-- returns  channel (email, phone), address, last_bounced_at, n_bounces (since it was last opened or clicked), n_hard (of them);
--          who unsubscribed or complained was reached, and is not here
with answered as (
    select *, case when channel in ('sms', 'phone', 'chat') then 'phone' else 'email' end as way
    from clean.events
    where kind in ('bounce', 'open', 'click') and (channel is null or channel in ('email', 'sms', 'phone', 'chat') or kind = 'bounce')
),
spoken as (
    -- Cleaning makes one kind of all that came back; the word of the source tells the passing ones.
    select a.way, a.kind, a.occurred_at, coalesce(case when a.way = 'email' then coalesce(a.email, c.email) else c.phone end, '') as address,
        s._row is null as is_hard
    from answered a
    left join (select contact_id, max(email) as email, max(phone) as phone from clean.contacts group by contact_id) c
        on c.contact_id = a.contact_id and (a.way = 'phone' or a.email is null)
    left join (select _source, _file, _row from source.events where regexp_matches(lower(kind), 'soft|temporar|transient|일시|임시')) s
        on s._source = a._source and s._row = a._row and s._file is not distinct from a._file
),
opened as (
    select way, address, max(occurred_at) as last_opened_at from spoken where kind <> 'bounce' group by way, address
),
bounced as (
    select s.way, s.address, max(s.occurred_at) as last_bounced_at, count(*) as n_bounces, sum(case when s.is_hard then 1 else 0 end) as n_hard
    from spoken s
    left join opened o on o.way = s.way and o.address = s.address
    where s.kind = 'bounce' and s.address <> ''
      -- A bounce without a day cannot be shown to be older.
      and (o.last_opened_at is null or s.occurred_at is null or s.occurred_at >= o.last_opened_at)
    group by s.way, s.address
)
select way as channel, address, last_bounced_at, n_bounces, n_hard
from bounced
where n_hard > 0 or n_bounces >= $soft_bounces
