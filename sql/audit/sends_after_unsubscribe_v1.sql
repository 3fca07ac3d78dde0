-- Messages sent to customers after they had unsubscribed.
--
-- judges   clean.events warning consistency
-- grain    one row per event of kind send
-- param    grace_days  integer from 0 = 1  days a system may take to obey
-- returns  relation, key (event_id), column_name, value (moment of the message), reason

-- Consent given again between the two makes the message right. Channels are compared where both are known.
with unsubscribes as (
  select customer_id, channel, occurred_at
  from unify.events
  where kind = 'unsubscribe' and customer_id is not null
),
broken as (
  select
    sends.event_id,
    sends.occurred_at,
    max(unsubscribes.occurred_at) as unsubscribed_at
  from unify.events as sends
  inner join unsubscribes
    on unsubscribes.customer_id = sends.customer_id
    and (unsubscribes.channel is null or sends.channel is null or unsubscribes.channel = sends.channel)
  inner join unify.customers as customers on customers.customer_id = sends.customer_id
  where sends.kind = 'send'
    and cast(sends.occurred_at as date) > cast(unsubscribes.occurred_at as date) + $grace_days
    and not coalesce(
      customers.consent_email
      and customers.consent_at > unsubscribes.occurred_at
      and customers.consent_at <= sends.occurred_at,
      false
    )
  group by sends.event_id, sends.occurred_at
)
select
  'clean.events' as relation,
  event_id as "key",
  'occurred_at' as column_name,
  cast(occurred_at as varchar) as "value",
  'unsubscribed on ' || cast(cast(unsubscribed_at as date) as varchar) as reason
from broken
