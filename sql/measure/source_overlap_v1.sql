-- Count the customers that are on record in one, two, three or more sources.
--
-- grain    one row per number of sources
-- returns  n_sources, n_customers, share_customers (0 to 1), n_records (of these customers, in all sources)
with customers as (
  select
    members.customer_id,
    count(distinct records._source) as n_sources,
    count(*) as n_records
  from unify.members as members
  inner join unify.records as records on records.contact_id = members.contact_id
  group by members.customer_id
),
counted as (
  select n_sources, count(*) as n_customers, cast(sum(n_records) as bigint) as n_records
  from customers
  group by n_sources
)
select
  n_sources,
  n_customers,
  cast(n_customers as double) / nullif(cast(sum(n_customers) over () as double), 0) as share_customers,
  n_records
from counted
