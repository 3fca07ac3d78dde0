-- Build the golden record: what is best known of every customer.
--
-- grain    one row per customer_id
-- renewed  by customer
-- returns  the columns of a person as chosen in unify.survivors (a contact's own record before a trace elsewhere, then newest, most
--          frequent, longest, first source by name), consents as in unify.consents, n_contacts, n_sources, emails and phones
--          (all known, sorted), first_seen_at, last_seen_at
with known as (
  select m.customer_id,
    count(*) as n_contacts, count(distinct p._source) as n_sources,
    coalesce(list_sort(list(distinct p.email) filter (p.email is not null)), []) as emails,
    coalesce(list_sort(list(distinct p.phone) filter (p.phone is not null)), []) as phones,
    min(p.contact_id) as contact_id, min(p.first_seen_at) as first_seen_at, max(p.last_seen_at) as last_seen_at
  from unify.members as m
  join unify.persons as p on p.contact_id = m.contact_id
  group by m.customer_id
),
winners as (
  -- a customer of one record is that record
  select k.*,
    case when k.n_contacts = 1 then k.contact_id else n.contact_id end as name_id,
    case when k.n_contacts = 1 then k.contact_id else c.contact_id end as company_id,
    case when k.n_contacts = 1 then k.contact_id else e.contact_id end as email_id,
    case when k.n_contacts = 1 then k.contact_id else h.contact_id end as phone_id,
    case when k.n_contacts = 1 then k.contact_id else b.contact_id end as birth_id,
    case when k.n_contacts = 1 then k.contact_id else g.contact_id end as gender_id,
    case when k.n_contacts = 1 then k.contact_id else a.contact_id end as address_id
  from known as k
  left join unify.survivors as n on n.customer_id = k.customer_id and n.attribute = 'name'
  left join unify.survivors as c on c.customer_id = k.customer_id and c.attribute = 'company'
  left join unify.survivors as e on e.customer_id = k.customer_id and e.attribute = 'email'
  left join unify.survivors as h on h.customer_id = k.customer_id and h.attribute = 'phone'
  left join unify.survivors as b on b.customer_id = k.customer_id and b.attribute = 'birth_date'
  left join unify.survivors as g on g.customer_id = k.customer_id and g.attribute = 'gender'
  left join unify.survivors as a on a.customer_id = k.customer_id and a.attribute = 'address'
)
select w.customer_id,
  coalesce(n.full_name, nullif(case when regexp_matches(coalesce(n.family_name, ''), '[가-힣]')
    then concat(n.family_name, n.given_name) else concat_ws(' ', n.given_name, n.family_name) end, '')) as full_name,
  n.given_name, n.family_name, c.company, e.email, h.phone, b.birth_date, g.gender,
  a.postcode, a.address, a.city, a.region, a.country,
  s.consent_email, s.consent_sms, s.consent_phone, s.consent_post, s.consent_at,
  w.n_contacts, w.n_sources, w.emails, w.phones, w.first_seen_at, w.last_seen_at
from winners as w
left join unify.persons as n on n.contact_id = w.name_id
left join unify.persons as c on c.contact_id = w.company_id
left join unify.persons as e on e.contact_id = w.email_id
left join unify.persons as h on h.contact_id = w.phone_id
left join unify.persons as b on b.contact_id = w.birth_id
left join unify.persons as g on g.contact_id = w.gender_id
left join unify.persons as a on a.contact_id = w.address_id
left join unify.consents as s on s.customer_id = w.customer_id
