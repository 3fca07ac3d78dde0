-- List the values that several customers still share after merging, and say why they were not merged over it.
--
-- grain    one row per kind and value that two customers and more carry
-- param    many_customers integer from 1 = 20   a value of more customers is common: a usual name, a switchboard, a placeholder
-- returns  n_records, n_customers, n_compared (pairs of them that were compared), why: decided (people keep them apart), cut (kept
--          apart although the weights merge them), doubtful (waits for review), common, not compared, different (compared: other people)
with records as (
  select r.contact_id, m.customer_id, r.email, r.phone, r.member_no, r.name || '|' || r.birth as name_birth,
    r.name || '|' || coalesce(r.postcode, r.city) as name_place, array_to_string(r.address_words, ' ') as address, r.name
  from unify.records as r
  join unify.members as m on m.contact_id = r.contact_id
),
carried as (
  select 'e-mail' as kind, email as value, customer_id, contact_id from records where email is not null
  union all
  select 'phone', phone, customer_id, contact_id from records where phone is not null
  union all
  select 'member number', member_no, customer_id, contact_id from records where member_no is not null
  union all
  select 'name and birth date', name_birth, customer_id, contact_id from records where name_birth is not null
  union all
  select 'name and place', name_place, customer_id, contact_id from records where name_place is not null
  union all
  select 'address', address, customer_id, contact_id from records where address is not null
  union all
  select 'name', name, customer_id, contact_id from records where name is not null
),
shared as (
  select kind, value, cast(sum(n) as bigint) as n_records, count(*) as n_customers
  from (select kind, value, customer_id, count(*) as n from carried group by kind, value, customer_id) as held
  group by kind, value
  having count(*) > 1
),
pairs as (
  -- pairs of two customers that were compared, with what both records say alike
  select s.verdict, d.left_id is not null as is_decided, c.left_id is not null as is_cut,
    case when l.email = r.email then l.email end as email, case when l.phone = r.phone then l.phone end as phone,
    case when l.member_no = r.member_no then l.member_no end as member_no,
    case when l.name_birth = r.name_birth then l.name_birth end as name_birth,
    case when l.name_place = r.name_place then l.name_place end as name_place,
    case when l.address = r.address then l.address end as address, case when l.name = r.name then l.name end as name
  from unify.scores as s
  join records as l on l.contact_id = s.left_id
  join records as r on r.contact_id = s.right_id and r.customer_id <> l.customer_id
  left join (select distinct left_id, right_id from unify.decided) as d on d.left_id = s.left_id and d.right_id = s.right_id
  left join (select distinct left_id, right_id from unify.cuts) as c on c.left_id = s.left_id and c.right_id = s.right_id
),
compared as (
  select 'e-mail' as kind, email as value, verdict, is_decided, is_cut from pairs where email is not null
  union all
  select 'phone', phone, verdict, is_decided, is_cut from pairs where phone is not null
  union all
  select 'member number', member_no, verdict, is_decided, is_cut from pairs where member_no is not null
  union all
  select 'name and birth date', name_birth, verdict, is_decided, is_cut from pairs where name_birth is not null
  union all
  select 'name and place', name_place, verdict, is_decided, is_cut from pairs where name_place is not null
  union all
  select 'address', address, verdict, is_decided, is_cut from pairs where address is not null
  union all
  select 'name', name, verdict, is_decided, is_cut from pairs where name is not null
),
judged as (
  select kind, value, count(*) as n_compared, max(case when is_decided then 1 else 0 end) as n_decided,
    max(case when is_cut then 1 else 0 end) as n_cut, max(case when verdict = 'review' then 1 else 0 end) as n_doubtful
  from compared
  group by kind, value
)
select s.kind, s.value, s.n_records, s.n_customers, coalesce(j.n_compared, 0) as n_compared,
  case when j.n_decided > 0 then 'decided' when j.n_cut > 0 then 'cut' when j.n_doubtful > 0 then 'doubtful'
    when s.n_customers > $many_customers then 'common' when j.kind is null then 'not compared' else 'different' end as why
from shared as s
left join judged as j on j.kind = s.kind and j.value = s.value
