-- List the e-mail servers that many people have a mailbox at: one with few mailboxes is nearly a name of its own.
--
-- grain    one row per email_server with more than 20 records
-- renewed  when learning
-- returns  email_server (what stands behind the first @), n_records
with addresses as (
  select lower(trim(email)) as email from unify.persons
)
select regexp_extract(email, '@(.+)$', 1) as email_server, count(*) as n_records
from addresses
where email like '%_@_%'
group by regexp_extract(email, '@(.+)$', 1)
having count(*) > 20
