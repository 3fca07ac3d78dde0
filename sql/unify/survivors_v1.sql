-- Choose, for every customer of several records and every attribute, the record whose value survives, and say why.
--
-- grain    one row per customer_id and attribute that has a value
-- renewed  by customer
-- param    survivor_rules   list of text = ['newest', 'frequent', 'longest']   what decides, in this order: newest, frequent, longest,
--          verified (two sources say so); 'phone: verified' puts a rule first for one attribute
-- param    source_priority  list of text = []   sources whose word goes first, the best first; 'email: crm' for one attribute
-- returns  contact_id (the record that won), value, n_values (different values met; above 1 is a conflict), reason (what the winner
--          has over the best of other values: form, own record, source, a rule by its name, or name of the source; null where all agree)
-- engine   duckdb
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
    case when regexp_matches(coalesce(full_name, given_name, ''), '[가-힣]') then 0 else 1 end as form,
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
  select *, count(*) over (partition by customer_id, attribute, value) as n_same,
    min(_source) over (partition by customer_id, attribute, value) <> max(_source) over (partition by customer_id, attribute, value)
      as is_verified,
    coalesce(nullif(list_position($source_priority, attribute || ': ' || _source), 0),
      1000 + nullif(list_position($source_priority, _source), 0), 9999) as source_place
  from claims
),
standing as (
  select *, dense_rank() over (partition by customer_id, attribute order by known_at desc nulls last) as newest,
    dense_rank() over (partition by customer_id, attribute order by n_same desc) as frequent,
    dense_rank() over (partition by customer_id, attribute order by length(value) desc) as longest,
    case when is_verified then 0 else 1 end as verified,
    list_concat(list_transform(list_filter($survivor_rules, lambda r: starts_with(r, attribute || ': ')),
      lambda r: replace(r, attribute || ': ', '')), list_filter($survivor_rules, lambda r: not contains(r, ': '))) as rules
  from counted
),
weighed as (
  -- what stands first decides; lists are compared from their first item on
  select *, list_concat(['form', 'own record', 'source'], rules) as names,
    list_concat([form, case when is_contact then 0 else 1 end, source_place], list_transform(rules, lambda r: case r
      when 'newest' then newest when 'frequent' then frequent when 'longest' then longest when 'verified' then verified
      else error('survivor_rules holds ' || r || '; the rules are newest, frequent, longest, verified') end)) as marks
  from standing
),
best as (
  select *, row_number() over (partition by customer_id, attribute, value order by marks, _source, contact_id) as own_place
  from weighed
),
ranked as (
  select *, row_number() over (partition by customer_id, attribute order by marks, _source, value, contact_id) as place,
    count(*) over (partition by customer_id, attribute) as n_values
  from best where own_place = 1
)
select w.customer_id, w.attribute, w.contact_id, w.value, w.n_values, case when r.value is not null then
  coalesce(w.names[list_position(list_transform(list_zip(w.marks, r.marks), lambda p: p[1] <> p[2]), true)], 'name of the source') end as reason
from ranked as w
left join ranked as r on r.customer_id = w.customer_id and r.attribute = w.attribute and r.place = 2
where w.place = 1
