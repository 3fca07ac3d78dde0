-- Score recency, frequency and monetary value twice: every record as if it were a customer of its own, and every customer.
--
-- grain    one row per unit (record, customer) and unit_id with at least one purchase up to as_of
-- param    as_of  date          as in segment.rfm
-- param    bins   integer from 1 to 100 = 5   as in segment.rfm
-- returns  customer_id (that the record belongs to, or is), recency_days, frequency, monetary, segment (named by rank, as in segment.rfm_named)

-- An order belongs to the record it names, else to the trace of its e-mail or phone, as in unify.persons.
with orders as (
  select customer_id, coalesce(contact_id, _source || ':' || coalesce(lower(email), phone)) as contact_id, order_id, ordered_at,
    amount, is_purchase
  from segment.orders
  where customer_id is not null
),
units as (
  select 'customer' as unit, customer_id as unit_id, customer_id, order_id, ordered_at, amount, is_purchase from orders
  union all
  select 'record', contact_id, customer_id, order_id, ordered_at, amount, is_purchase from orders
),
bought as (
  select unit, unit_id, min(customer_id) as customer_id,
    date_diff('day', cast(max(case when is_purchase then ordered_at end) as date), $as_of) as recency_days,
    count(distinct case when is_purchase then order_id end) as frequency,
    cast(coalesce(sum(amount), 0) as decimal(18, 4)) as monetary
  from units
  group by unit, unit_id
  having count(case when is_purchase then 1 end) > 0
),
ranked as (
  select *, count(*) over (partition by unit) as n,
    rank() over (partition by unit order by recency_days desc) - 1 as n_less_recent,
    rank() over (partition by unit order by frequency) - 1 as n_less_frequent,
    rank() over (partition by unit order by monetary) - 1 as n_less_monetary
  from bought
),
scored as (
  select *, 1 + n_less_recent * greatest($bins, 1) // nullif(n, 0) as r, 1 + n_less_frequent * greatest($bins, 1) // nullif(n, 0) as f,
    1 + n_less_monetary * greatest($bins, 1) // nullif(n, 0) as m
  from ranked
),
named as (
  select s.unit, s.unit_id, s.customer_id, s.recency_days, s.frequency, s.monetary, b.segment,
    row_number() over (partition by s.unit, s.unit_id order by b.priority, b.segment) as place
  from scored as s
  left join segment.rfm_bounds as b
    on s.r between b.r_lo and b.r_hi and s.f between b.f_lo and b.f_hi and s.m between b.m_lo and b.m_hi
)
select unit, unit_id, customer_id, recency_days, frequency, monetary, coalesce(segment, 'Others') as segment
from named
where place = 1
