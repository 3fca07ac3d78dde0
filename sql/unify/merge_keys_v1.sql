-- Count for every key how many records shared it with another before merging, and how many customers still do, and why.
--
-- grain    one row per kind of key
-- returns  rank (order to show them in), n_records (that have it), n_values, n_sharing (records that share it with another), share_before
--          (of n_records, 0 to 1), n_customers (that have it), n_customers_sharing (with another customer), share_after; n_values_after
--          (shared by several customers), of these n_decided, n_cut, n_doubtful, n_common, n_not_compared, n_different: unify.merge_shared
with records as (
  select m.customer_id, r.email, r.phone, r.member_no, r.name || '|' || r.birth as name_birth,
    r.name || '|' || coalesce(r.postcode, r.city) as name_place, array_to_string(r.address_words, ' ') as address, r.name
  from unify.records as r
  join unify.members as m on m.contact_id = r.contact_id
),
carried as (
  select 1 as rank, 'e-mail' as kind, email as value, customer_id from records where email is not null
  union all
  select 2, 'phone', phone, customer_id from records where phone is not null
  union all
  select 3, 'member number', member_no, customer_id from records where member_no is not null
  union all
  select 4, 'name and birth date', name_birth, customer_id from records where name_birth is not null
  union all
  select 5, 'name and place', name_place, customer_id from records where name_place is not null
  union all
  select 6, 'address', address, customer_id from records where address is not null
  union all
  select 7, 'name', name, customer_id from records where name is not null
),
held as (
  select rank, kind, value, customer_id, count(*) as n_records from carried group by rank, kind, value, customer_id
),
values_of as (
  select rank, kind, value, sum(n_records) as n_records, count(*) as n_customers from held group by rank, kind, value
),
before as (
  select rank, kind, sum(n_records) as n_records, count(*) as n_values, sum(case when n_records > 1 then n_records else 0 end) as n_sharing
  from values_of
  group by rank, kind
),
after as (
  select h.kind, count(distinct h.customer_id) as n_customers,
    count(distinct case when v.n_customers > 1 then h.customer_id end) as n_customers_sharing
  from held as h
  join values_of as v on v.kind = h.kind and v.value = h.value
  group by h.kind
),
reasons as (
  select kind, count(*) as n_values_after, count(case when why = 'decided' then 1 end) as n_decided, count(case when why = 'cut' then 1 end) as n_cut,
    count(case when why = 'doubtful' then 1 end) as n_doubtful, count(case when why = 'common' then 1 end) as n_common,
    count(case when why = 'not compared' then 1 end) as n_not_compared, count(case when why = 'different' then 1 end) as n_different
  from unify.merge_shared
  group by kind
)
select b.rank, b.kind, cast(b.n_records as bigint) as n_records, b.n_values, cast(b.n_sharing as bigint) as n_sharing,
  round(cast(b.n_sharing as double) / nullif(cast(b.n_records as double), 0), 6) as share_before,
  a.n_customers, a.n_customers_sharing,
  round(cast(a.n_customers_sharing as double) / nullif(cast(a.n_customers as double), 0), 6) as share_after,
  coalesce(r.n_values_after, 0) as n_values_after, coalesce(r.n_decided, 0) as n_decided, coalesce(r.n_cut, 0) as n_cut,
  coalesce(r.n_doubtful, 0) as n_doubtful, coalesce(r.n_common, 0) as n_common,
  coalesce(r.n_not_compared, 0) as n_not_compared, coalesce(r.n_different, 0) as n_different
from before as b
join after as a on a.kind = b.kind
left join reasons as r on r.kind = b.kind
