-- Count records, customers and duplicates of every source.
--
-- grain    one row per source of unify.records
-- returns  source, system (the namespace of its keys), n_records, n_customers (different ones), n_duplicates (records
--          beyond one a customer), share_duplicates (of records, 0 to 1), n_only_here (customers of no other source)
with records as (
  select records._source as source, records._system as system, records.contact_id, members.customer_id
  from unify.records as records
  inner join unify.members as members on members.contact_id = records.contact_id
),
spread as (
  select customer_id, count(distinct source) as n_sources
  from records
  group by customer_id
)
select
  records.source,
  max(records.system) as system,
  count(*) as n_records,
  count(distinct records.customer_id) as n_customers,
  count(*) - count(distinct records.customer_id) as n_duplicates,
  cast(count(*) - count(distinct records.customer_id) as double) / nullif(cast(count(*) as double), 0) as share_duplicates,
  count(distinct case when spread.n_sources = 1 then records.customer_id end) as n_only_here
from records
inner join spread on spread.customer_id = records.customer_id
group by records.source
