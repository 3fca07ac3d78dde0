-- Say what every customer of several records has agreed to: the latest word counts, and no beats yes of the same day.
--
-- grain    one row per customer_id
-- renewed  by customer
-- returns  consent_email, consent_sms, consent_phone, consent_post (null where nobody ever said), consent_at (latest word)
with said as (
  select m.customer_id, p.contact_id, coalesce(p.consent_at, p.updated_at, p.created_at) as said_at, p.consent_at,
    unnest(['email', 'sms', 'phone', 'post']) as channel,
    unnest([p.consent_email, p.consent_sms, p.consent_phone, p.consent_post]) as is_yes
  from unify.members as m
  join unify.persons as p on p.contact_id = m.contact_id
),
latest as (
  -- a no of unknown date is obeyed: it cannot be shown to be older than the yes
  select customer_id, channel, is_yes, row_number() over (
      partition by customer_id, channel
      order by case when not is_yes and said_at is null then 0 else 1 end, cast(said_at as date) desc nulls last, is_yes, contact_id
    ) as place
  from said
  where is_yes is not null
),
words as (
  select customer_id,
    bool_or(is_yes) filter (channel = 'email') as consent_email, bool_or(is_yes) filter (channel = 'sms') as consent_sms,
    bool_or(is_yes) filter (channel = 'phone') as consent_phone, bool_or(is_yes) filter (channel = 'post') as consent_post
  from latest
  where place = 1
  group by customer_id
),
dates as (
  select customer_id, max(consent_at) as consent_at from said group by customer_id
)
select d.customer_id, w.consent_email, w.consent_sms, w.consent_phone, w.consent_post, d.consent_at
from dates as d
left join words as w on w.customer_id = d.customer_id
