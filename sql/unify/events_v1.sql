-- Say of every event which customer it belongs to.
--
-- grain    one row per row of clean.events
-- returns  the columns of clean.events and customer_id (null when nobody is known: neither the contact, nor
--          the person of that e-mail, nor an e-mail that only one customer has)
with emails as (
  select lower(contacts.email) as email, min(members.customer_id) as customer_id
  from clean.contacts as contacts
  inner join unify.members as members on members.contact_id = contacts.contact_id
  group by lower(contacts.email)
  having count(distinct members.customer_id) = 1
)
select
  events.*,
  coalesce(members.customer_id, emails.customer_id) as customer_id
from clean.events as events
left join unify.members as members
  on members.contact_id = coalesce(events.contact_id, events._source || ':' || lower(events.email))
left join emails on emails.email = lower(events.email)
