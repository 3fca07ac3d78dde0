-- Say which customer every record belongs to, under the id that the customer had before.
--
-- grain    one row per contact_id
-- returns  contact_id, customer_id (as decided in unify.id_claims; of a new customer: C and twelve hex digits of the md5 of the
--          smallest contact_id of its cluster, sixteen of another digest where these were ever given to somebody)
with named as (
  select c.cluster_id, t.customer_id as kept_id, 'C' || left(md5(c.cluster_id), 12) as short_id
  from (select distinct cluster_id from unify.clusters) as c
  left join unify.id_claims as t on t.cluster_id = c.cluster_id and t.is_taken
),
counted as (
  select *, count(*) over (partition by short_id) as n_alike from named
),
given as (
  select count(*) as n_given from unify.ids_before
),
settled as (
  select n.cluster_id, coalesce(n.kept_id, case when n.n_alike = 1 and i.customer_id is null then n.short_id
    else 'C' || left(md5(n.cluster_id || chr(31) || cast(g.n_given as varchar)), 16) end) as customer_id
  from counted as n
  cross join given as g
  left join unify.ids_before as i on i.customer_id = n.short_id
)
select c.contact_id, s.customer_id
from unify.clusters as c
join settled as s on s.cluster_id = c.cluster_id
