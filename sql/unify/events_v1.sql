-- Say of every event which customer it belongs to.
--
-- grain    one row per row of clean.events
-- returns  the columns of clean.events and customer_id (null when nobody is known: neither the contact, nor
--          the person of that e-mail, nor an e-mail that only one customer has)
select
  events.*,
  coalesce(members.customer_id, emails.customer_id) as customer_id
from clean.events as events
left join unify.members as members
  on members.contact_id = coalesce(events.contact_id, events._source || ':' || lower(events.email))
left join unify.email_owners as emails on emails.email = lower(events.email)
