-- Choose, for every customer of several records and every attribute, the record whose value survives.
--
-- grain    one row per customer_id and attribute that has a value
-- returns  contact_id (the record that won), value, n_values (different values met; above 1 is a conflict)
with known as (
  select m.customer_id, p.*, coalesce(p.updated_at, p.created_at, p.last_seen_at) as known_at
  from unify.members as m
  join unify.persons as p on p.contact_id = m.contact_id
  join (select customer_id from unify.members group by customer_id having count(*) > 1) as several
    on several.customer_id = m.customer_id
),
claims as (
  -- a name in Hangul comes before one in Latin letters; a person's own record before a trace in an order, event or ticket
  select customer_id, 'name' as attribute, coalesce(full_name, concat_ws(' ', given_name, family_name)) as value,
    case when regexp_matches(coalesce(full_name, given_name, ''), '[가-힣]') then 0 else 1 end as preference,
    is_contact, known_at, _source, contact_id
  from known where full_name is not null or given_name is not null or family_name is not null
  union all
  select customer_id, 'company', company, 0, is_contact, known_at, _source, contact_id from known where company is not null
  union all
  select customer_id, 'email', email, 0, is_contact, known_at, _source, contact_id from known where email is not null
  union all
  select customer_id, 'phone', phone, 0, is_contact, known_at, _source, contact_id from known where phone is not null
  union all
  select customer_id, 'birth_date', cast(birth_date as varchar), 0, is_contact, known_at, _source, contact_id
  from known where birth_date is not null
  union all
  select customer_id, 'gender', gender, 0, is_contact, known_at, _source, contact_id from known where gender is not null
  union all
  -- the parts of an address survive together
  select customer_id, 'address', concat_ws(' ', postcode, region, city, address),
    case when address is not null then 0 when postcode is not null then 1 else 2 end, is_contact, known_at, _source, contact_id
  from known where coalesce(address, postcode, city, region, country) is not null
),
counted as (
  select *, count(*) over (partition by customer_id, attribute, value) as n_same from claims
),
ranked as (
  select customer_id, attribute, value, contact_id,
    row_number() over (
      partition by customer_id, attribute
      order by preference, is_contact desc, known_at desc nulls last, n_same desc, length(value) desc, _source, value, contact_id
    ) as place
  from counted
),
conflicts as (
  select customer_id, attribute, count(distinct value) as n_values from claims group by customer_id, attribute
)
select r.customer_id, r.attribute, r.contact_id, r.value, c.n_values
from ranked as r
join conflicts as c on c.customer_id = r.customer_id and c.attribute = r.attribute
where r.place = 1
