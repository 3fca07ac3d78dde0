-- Count from which segment to which records moved when they became customers.
--
-- grain    one row per segment_before and segment_after that occurs
-- returns  n_records, n_of_several (records of customers that bought under several), n_customers, revenue (of the records)
with several as (
  select customer_id from unify.merge_scores where unit = 'record' group by customer_id having count(*) > 1
)
select b.segment as segment_before, coalesce(a.segment, 'none') as segment_after, count(*) as n_records,
  count(s.customer_id) as n_of_several, count(distinct b.customer_id) as n_customers, cast(sum(b.monetary) as decimal(18, 4)) as revenue
from unify.merge_scores as b
left join unify.merge_scores as a on a.unit = 'customer' and a.unit_id = b.customer_id
left join several as s on s.customer_id = b.customer_id
where b.unit = 'record'
group by b.segment, coalesce(a.segment, 'none')
