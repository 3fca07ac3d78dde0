-- List every person known from contacts, or from an order, event or ticket alone, under one contact_id.
--
-- grain    one row per contact_id
-- returns  contact_id, _source, _system, the canonical columns of a contact, first_seen_at, last_seen_at; an event,
--          order or ticket without a contact key stands for the person <_source>:<email>, else <_source>:<phone>
with seen as (
  select contact_id, _source, _system, lower(email) as email, phone, cast(null as varchar) as full_name, ordered_at as seen_at
  from clean.orders
  union all
  select contact_id, _source, _system, lower(email), cast(null as varchar), cast(null as varchar), occurred_at
  from clean.events
  union all
  select contact_id, _source, _system, lower(email), phone, full_name, opened_at
  from clean.tickets
),
named as (
  select
    coalesce(contact_id, _source || ':' || coalesce(email, phone)) as contact_id,
    _source, _system, email, phone, full_name, seen_at,
    coalesce(cast(seen_at as varchar), '') as at_text
  from seen
),
traces as (
  select
    contact_id, min(_source) as _source, min(_system) as _system,
    arg_max(email, at_text || email) as email,
    arg_max(phone, at_text || phone) as phone,
    arg_max(full_name, at_text || full_name) as full_name,
    min(seen_at) as first_seen_at, max(seen_at) as last_seen_at
  from named
  where contact_id is not null
  group by contact_id
),
numbered as (
  select *, row_number() over (
      partition by contact_id
      order by coalesce(updated_at, created_at) desc nulls last, _source, _file, _row
    ) as place
  from clean.contacts
)
select
  coalesce(c.contact_id, t.contact_id) as contact_id,
  coalesce(c._source, t._source) as _source, coalesce(c._system, t._system) as _system,
  c.contact_id is not null as is_contact,
  c.member_no, coalesce(c.full_name, case when c.given_name is null and c.family_name is null then t.full_name end) as full_name,
  c.given_name, c.family_name, c.company,
  coalesce(lower(c.email), t.email) as email, coalesce(c.phone, t.phone) as phone,
  c.birth_date, c.gender, c.postcode, c.address, c.city, c.region, c.country, c.social_handles,
  c.consent_email, c.consent_sms, c.consent_phone, c.consent_post, c.consent_at, c.created_at, c.updated_at,
  least(c.created_at, c.updated_at, t.first_seen_at) as first_seen_at,
  greatest(c.created_at, c.updated_at, t.last_seen_at) as last_seen_at
from (select * from numbered where place = 1) as c
full join traces as t on t.contact_id = c.contact_id
