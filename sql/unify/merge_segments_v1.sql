-- Say of every segment how wrong it was while every record counted as a customer.
--
-- grain    one row per segment; Others is who fits none
-- returns  place (order of segments), n_before (records in it), n_people (customers behind these), n_twice (records whose customer is in it
--          with another record as well), n_twice_people (the customers of these), n_after (customers in it), n_in (of these: none of their
--          records was), n_out (customers with a record in it before and elsewhere now), revenue_before, revenue_after
with defined as (
  select segment, priority from segment.rfm_bounds
  union all
  select 'Others', 100000
),
records as (
  select b.unit_id, b.customer_id, b.segment, b.monetary, a.segment as now_segment,
    count(*) over (partition by b.customer_id, b.segment) as n_alike
  from unify.merge_scores as b
  left join unify.merge_scores as a on a.unit = 'customer' and a.unit_id = b.customer_id
  where b.unit = 'record'
),
before as (
  select segment, count(*) as n_before, count(distinct customer_id) as n_people, count(case when n_alike > 1 then 1 end) as n_twice,
    count(distinct case when n_alike > 1 then customer_id end) as n_twice_people,
    count(distinct case when now_segment is distinct from segment then customer_id end) as n_out, sum(monetary) as revenue
  from records
  group by segment
),
after as (
  select c.segment, count(*) as n_after, count(case when k.customer_id is null then 1 end) as n_in, sum(c.monetary) as revenue
  from unify.merge_scores as c
  left join (select distinct customer_id, segment from records) as k on k.customer_id = c.customer_id and k.segment = c.segment
  where c.unit = 'customer'
  group by c.segment
)
select d.segment, cast(row_number() over (order by d.priority, d.segment) as integer) as place,
  coalesce(b.n_before, 0) as n_before, coalesce(b.n_people, 0) as n_people, coalesce(b.n_twice, 0) as n_twice,
  coalesce(b.n_twice_people, 0) as n_twice_people, coalesce(a.n_after, 0) as n_after, coalesce(a.n_in, 0) as n_in, coalesce(b.n_out, 0) as n_out,
  cast(coalesce(b.revenue, 0) as decimal(18, 4)) as revenue_before, cast(coalesce(a.revenue, 0) as decimal(18, 4)) as revenue_after
from defined as d
left join before as b on b.segment = d.segment
left join after as a on a.segment = d.segment
