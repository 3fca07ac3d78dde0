-- Orders that name a contact their own system does not know.
--
-- judges   clean.orders warning consistency
-- grain    one row per order of clean.orders
-- returns  relation, key (order_id), column_name, value (contact_id), reason

-- A system that brought no contacts at all has nothing to be compared with and is left alone.
with systems as (
  select distinct _system from clean.contacts
)
select
  'clean.orders' as relation,
  orders.order_id as "key",
  'contact_id' as column_name,
  orders.contact_id as "value",
  'no contact of ' || orders._system || ' has this key' as reason
from clean.orders as orders
inner join systems on systems._system = orders._system
left join clean.contacts as contacts on contacts.contact_id = orders.contact_id
where orders.contact_id is not null and contacts.contact_id is null
