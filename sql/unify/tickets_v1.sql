-- Say of every service ticket which customer opened it.
--
-- grain    one row per row of clean.tickets
-- returns  the columns of clean.tickets and customer_id (null when nobody is known: neither the contact, nor
--          the person of that e-mail or phone, nor an e-mail that only one customer has)
with emails as (
  select lower(contacts.email) as email, min(members.customer_id) as customer_id
  from clean.contacts as contacts
  inner join unify.members as members on members.contact_id = contacts.contact_id
  group by lower(contacts.email)
  having count(distinct members.customer_id) = 1
)
select
  tickets.*,
  coalesce(members.customer_id, emails.customer_id) as customer_id
from clean.tickets as tickets
left join unify.members as members
  on members.contact_id = coalesce(tickets.contact_id, tickets._source || ':' || coalesce(lower(tickets.email), tickets.phone))
left join emails on emails.email = lower(tickets.email)
