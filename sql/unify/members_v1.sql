-- Say which customer every record belongs to.
--
-- grain    one row per contact_id
-- returns  contact_id, customer_id (C and twelve hex digits of the md5 of the smallest contact_id of the cluster; longer where
--          two clusters would share them)
with named as (
  select distinct cluster_id, md5(cluster_id) as digest from unify.clusters
),
counted as (
  select cluster_id, digest, count(*) over (partition by left(digest, 12)) as n_alike from named
)
select c.contact_id, 'C' || left(n.digest, case when n.n_alike > 1 then 32 else 12 end) as customer_id
from unify.clusters as c
join counted as n on n.cluster_id = c.cluster_id
