-- Tell what became of customer ids, run by run.
--
-- grain    one row per run_id, event, customer_id and other_id
-- returns  event: new; merged (customer_id lives on as other_id); split (n_records went from other_id to customer_id); gone (none of
--          its records is left); returned. n_records (that it is about; of new and gone: all of the customer)
with this_run as (
  select run_id from unify.id_run
),
sizes as (
  select customer_id, count(*) as n_records from unify.members group by customer_id
),
claims as (
  -- a cluster is named after its smallest record
  select c.customer_id as old_id, c.n_records, c.is_heir, c.is_taken, m.customer_id as new_id
  from unify.id_claims as c
  join unify.members as m on m.contact_id = c.cluster_id
),
present_before as (
  select customer_id, count(*) as n_records from unify.id_records_before where is_present group by customer_id
),
happened as (
  select 'new' as event, s.customer_id, cast(null as varchar) as other_id, s.n_records
  from sizes as s
  left join unify.ids_before as b on b.customer_id = s.customer_id
  left join claims as c on c.new_id = s.customer_id
  where b.customer_id is null and c.new_id is null
  union all
  select 'merged', old_id, new_id, n_records from claims where is_heir and not is_taken
  union all
  select 'split', new_id, old_id, n_records from claims where not is_heir
  union all
  select 'gone', b.customer_id, null, coalesce(p.n_records, 0)
  from unify.ids_before as b
  left join (select distinct old_id from claims) as c on c.old_id = b.customer_id
  left join present_before as p on p.customer_id = b.customer_id
  where b.current_id = b.customer_id and c.old_id is null
  union all
  select 'returned', c.old_id, null, c.n_records
  from claims as c
  join unify.ids_before as b on b.customer_id = c.old_id and b.current_id is null
  where c.is_taken
)
select run_id, event, customer_id, other_id, n_records from unify.id_events_before
union all
select r.run_id, h.event, h.customer_id, h.other_id, h.n_records
from happened as h
cross join this_run as r
