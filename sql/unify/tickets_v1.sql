-- Say of every service ticket which customer opened it.
--
-- grain    one row per row of clean.tickets
-- returns  the columns of clean.tickets and customer_id (null when nobody is known: neither the contact, nor
--          the person of that e-mail or phone, nor an e-mail that only one customer has)
select
  tickets.*,
  coalesce(members.customer_id, emails.customer_id) as customer_id
from clean.tickets as tickets
left join unify.members as members
  on members.contact_id = coalesce(tickets.contact_id, tickets._source || ':' || coalesce(lower(tickets.email), tickets.phone))
left join unify.email_owners as emails on emails.email = lower(tickets.email)
