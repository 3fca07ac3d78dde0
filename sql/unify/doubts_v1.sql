-- List what people should look at: customers that may be one, and customers that may be two.
--
-- grain    one row per customer_id and other_id; other_id is customer_id where one customer may be two
-- returns  doubt (review: the evidence is not enough to merge; cut: merged by weight, and kept apart for the reason given; within:
--          merged, and a pair of its records speaks against it), left_id, right_id (the pair that says most about it), match_weight,
--          match_probability, reason, n_pairs (doubtful ones), value (what both bought, in the currency that most orders are in),
--          n_records (of both)
with placed as (
  select s.left_id, s.right_id, s.match_weight, s.match_probability, s.verdict, s.reason,
    l.customer_id as left_customer, r.customer_id as right_customer
  from unify.scores as s
  join unify.members as l on l.contact_id = s.left_id
  join unify.members as r on r.contact_id = s.right_id
),
decided as (
  -- a decision about two records speaks for all others of their customers
  select distinct least(l.customer_id, r.customer_id) as one_id, greatest(l.customer_id, r.customer_id) as other_id
  from unify.decided as d
  join unify.members as l on l.contact_id = d.left_id
  join unify.members as r on r.contact_id = d.right_id
),
doubtful as (
  select p.left_id, p.right_id, p.match_weight, p.match_probability, least(p.left_customer, p.right_customer) as customer_id,
    greatest(p.left_customer, p.right_customer) as other_id,
    case when p.left_customer = p.right_customer then 'within' when p.verdict = 'merge' then 'cut' else 'review' end as doubt,
    coalesce(c.reason, p.reason) as reason,
    case when p.left_customer = p.right_customer then -p.match_weight else p.match_weight end as telling
  from placed as p
  left join unify.cuts as c on c.left_id = p.left_id and c.right_id = p.right_id
  where case when p.left_customer = p.right_customer
    then p.verdict = 'apart' and (p.match_weight < 0 or p.reason <> 'weight of evidence') else p.verdict <> 'apart' end
),
ranked as (
  select d.*, count(*) over (partition by d.customer_id, d.other_id) as n_pairs, row_number() over (
      partition by d.customer_id, d.other_id order by d.telling desc, d.left_id, d.right_id
    ) as place
  from doubtful as d
  left join decided as k on k.one_id = d.customer_id and k.other_id = d.other_id
  where k.one_id is null
),
currencies as (
  select coalesce(currency, '') as currency, row_number() over (order by count(*) desc, coalesce(currency, '')) as place
  from unify.orders
  group by coalesce(currency, '')
),
bought as (
  select o.customer_id, sum(o.amount) as amount
  from unify.orders as o
  join currencies as c on c.currency = coalesce(o.currency, '') and c.place = 1
  group by o.customer_id
),
sizes as (
  select customer_id, count(*) as n_records from unify.members group by customer_id
)
select r.customer_id, r.other_id, r.doubt, r.left_id, r.right_id, r.match_weight, r.match_probability, r.reason, r.n_pairs,
  cast(coalesce(b.amount, 0) + case when r.doubt = 'within' then 0 else coalesce(a.amount, 0) end as decimal(18, 4)) as value,
  s.n_records + case when r.doubt = 'within' then 0 else t.n_records end as n_records
from ranked as r
join sizes as s on s.customer_id = r.customer_id
join sizes as t on t.customer_id = r.other_id
left join bought as b on b.customer_id = r.customer_id
left join bought as a on a.customer_id = r.other_id
where r.place = 1
