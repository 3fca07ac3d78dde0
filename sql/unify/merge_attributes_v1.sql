-- Compare how much is known of records before merging and of customers after it, and how often records disagree.
--
-- grain    one row per attribute
-- returns  place (order to show them in), share_records (records that have it, 0 to 1), share_customers (customers that have it),
--          n_several (customers of several records of which one has it at least), n_conflicts (of these: different values met),
--          share_conflicts, usual_reason (what mostly decided a conflict, see unify.survivors; null without any)
with before as (
  select cast(count(*) as double) as n, count(coalesce(full_name, given_name, family_name)) as n_name, count(email) as n_email,
    count(phone) as n_phone, count(birth_date) as n_birth, count(gender) as n_gender,
    count(coalesce(address, postcode, city, region, country)) as n_address, count(company) as n_company, count(consent_email) as n_consent
  from unify.persons
),
after as (
  select cast(count(*) as double) as n, count(full_name) as n_name, count(email) as n_email,
    count(phone) as n_phone, count(birth_date) as n_birth, count(gender) as n_gender,
    count(coalesce(address, postcode, city, region, country)) as n_address, count(company) as n_company, count(consent_email) as n_consent
  from unify.customers
),
counted as (
  select 1 as place, 'name' as attribute, b.n_name as n_before, a.n_name as n_after, b.n as n_records, a.n as n_customers
  from before as b cross join after as a
  union all
  select 2, 'email', b.n_email, a.n_email, b.n, a.n from before as b cross join after as a
  union all
  select 3, 'phone', b.n_phone, a.n_phone, b.n, a.n from before as b cross join after as a
  union all
  select 4, 'birth_date', b.n_birth, a.n_birth, b.n, a.n from before as b cross join after as a
  union all
  select 5, 'gender', b.n_gender, a.n_gender, b.n, a.n from before as b cross join after as a
  union all
  select 6, 'address', b.n_address, a.n_address, b.n, a.n from before as b cross join after as a
  union all
  select 7, 'company', b.n_company, a.n_company, b.n, a.n from before as b cross join after as a
  union all
  select 8, 'consent_email', b.n_consent, a.n_consent, b.n, a.n from before as b cross join after as a
),
conflicts as (
  select attribute, count(*) as n_several, count(case when n_values > 1 then 1 end) as n_conflicts
  from unify.survivors
  group by attribute
),
reasons as (
  select attribute, reason, row_number() over (partition by attribute order by count(*) desc, reason) as nth
  from unify.survivors
  where reason is not null
  group by attribute, reason
)
select c.place, c.attribute, round(cast(c.n_before as double) / nullif(c.n_records, 0), 6) as share_records,
  round(cast(c.n_after as double) / nullif(c.n_customers, 0), 6) as share_customers,
  f.n_several, f.n_conflicts, round(cast(f.n_conflicts as double) / nullif(cast(f.n_several as double), 0), 6) as share_conflicts,
  r.reason as usual_reason
from counted as c
left join conflicts as f on f.attribute = c.attribute
left join reasons as r on r.attribute = c.attribute and r.nth = 1
