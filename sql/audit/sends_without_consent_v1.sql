-- E-mails sent to customers who had said no.
--
-- judges   clean.events warning consistency
-- grain    one row per event of kind send by e-mail, or of unknown channel
-- returns  relation, key (event_id), column_name, value (moment of the message), reason

-- Only a no with a date before the message counts: without a date nobody knows which came first.
select
  'clean.events' as relation,
  sends.event_id as "key",
  'occurred_at' as column_name,
  cast(sends.occurred_at as varchar) as "value",
  'said no on ' || cast(cast(customers.consent_at as date) as varchar) as reason
from unify.events as sends
inner join unify.customers as customers on customers.customer_id = sends.customer_id
where sends.kind = 'send'
  and (sends.channel is null or lower(sends.channel) in ('email', 'e-mail', 'mail'))
  and customers.consent_email = false
  and customers.consent_at < sends.occurred_at
