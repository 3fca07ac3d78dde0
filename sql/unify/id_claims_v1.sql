-- Decide which customer of the run before lives on in which cluster.
--
-- grain    one row per cluster_id and customer_id (of the run before) that share a record
-- returns  n_records (shared), is_heir (the cluster holds the largest part of that customer), is_taken (the cluster takes this id: of
--          the customers it is heir of, it shares most records with this one; of equals the older id, then the smaller one)
with counted as (
  select c.cluster_id, r.customer_id, count(*) as n_records
  from unify.recognised as r
  join unify.clusters as c on c.contact_id = r.contact_id
  group by c.cluster_id, r.customer_id
),
parted as (
  select *, row_number() over (partition by customer_id order by n_records desc, cluster_id) = 1 as is_heir from counted
),
ranked as (
  select p.*, row_number() over (
      partition by p.cluster_id, p.is_heir order by p.n_records desc, i.run_id nulls last, p.customer_id
    ) as place
  from parted as p
  left join unify.ids_before as i on i.customer_id = p.customer_id
)
select cluster_id, customer_id, n_records, is_heir, is_heir and place = 1 as is_taken from ranked
