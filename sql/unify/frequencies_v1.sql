-- Count how many different people carry a value, so that agreeing on a rare one says more than on a common one.
--
-- grain    one row per column_name and value
-- renewed  when learning
-- returns  n_people: records for given, family, place, company; beginnings of given names for email and phone, which copies of
--          one person share (of one that more than eight share, as noreply@, full names); for name the fewest different phones, e-mails or birth dates seen with it
with people as (
  -- copies that are equal in everything count once
  select * from unify.records where twin_id = contact_id
),
carried as (
  select 'given' as column_name, given as value, contact_id as person, cast(null as varchar) as whose from people where given is not null
  union all
  select 'family', family, contact_id, null from people where family is not null
  union all
  select 'place', postcode, contact_id, null from people where postcode is not null
  union all
  select 'place', city, contact_id, null from people where city is not null
  union all
  select 'company', company, contact_id, null from people where company is not null
  union all
  select 'email', email, coalesce(left(given_sound, 2), ''), name from people where email is not null
  union all
  select 'phone', phone, coalesce(left(given_sound, 2), ''), name from people where phone is not null
  union all
  select column_name, value, contact_id, null
  from (
    select e.contact_id, unnest(['text_1', 'text_2', 'text_3', 'code_1', 'code_2', 'code_3', 'code_4']) as column_name,
      unnest([e.text_1, e.text_2, e.text_3, e.code_1, e.code_2, e.code_3, e.code_4]) as value
    from unify.evidence as e join people as p on p.contact_id = e.contact_id)
  where value is not null
)
select column_name, value,
  -- a record without a name is no other person
  greatest(count(distinct nullif(person, '')),
    -- there are few beginnings, so of a crowd they tell little
    case when count(distinct nullif(person, '')) > 8 then count(distinct whose) else 1 end) as n_people
from carried
group by column_name, value
union all
-- given names and surnames go together (Johannes with Weber), so a full name is more common than its parts promise
select 'name', name, greatest(coalesce(least(
    nullif(count(distinct phone), 0), nullif(count(distinct email), 0), nullif(count(distinct birth), 0)), 1), 1)
from people
where name is not null
group by name
