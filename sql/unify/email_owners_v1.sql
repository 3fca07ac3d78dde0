-- List the e-mail addresses that one customer alone has: who orders, writes or clicks under one is that customer.
--
-- grain    one row per email (small letters) whose records all belong to one customer
-- returns  customer_id
select lower(contacts.email) as email, min(members.customer_id) as customer_id
from clean.contacts as contacts
inner join unify.members as members on members.contact_id = contacts.contact_id
where contacts.email is not null
group by lower(contacts.email)
having min(members.customer_id) = max(members.customer_id)
