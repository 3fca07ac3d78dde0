-- Resolve every customer id that was ever given to the one that its customer has now.
--
-- grain    one row per customer_id ever given
-- returns  current_id (itself while it is in use; null when none of its records is left), last_id (the last one it led to),
--          run_id (the run that gave it)
with heirs as (
  -- a cluster is named after its smallest record
  select c.customer_id as old_id, m.customer_id as new_id
  from unify.id_claims as c
  join unify.members as m on m.contact_id = c.cluster_id
  where c.is_heir
),
old as (
  select b.customer_id, h.new_id as current_id, coalesce(h.new_id, b.last_id) as last_id, b.run_id
  from unify.ids_before as b
  left join heirs as h on h.old_id = b.last_id
),
fresh as (
  select m.customer_id, r.run_id
  from (select distinct customer_id from unify.members) as m
  cross join unify.id_run as r
  left join unify.ids_before as b on b.customer_id = m.customer_id
  where b.customer_id is null
)
select customer_id, current_id, last_id, run_id from old
union all
select customer_id, customer_id, customer_id, run_id from fresh
