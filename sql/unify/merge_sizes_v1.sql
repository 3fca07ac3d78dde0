-- Count customers by how many records each was merged from.
--
-- grain    one row per size (1, 2, 3–5, 6–10, more than 10), the empty ones too
-- returns  place (from 1), n_customers, share_customers, n_records, share_records (0 to 1), largest (records of the largest one)
with sizes as (
  select customer_id, count(*) as n from unify.members group by customer_id
),
bands as (
  select * from (values (1, '1', 1, 1), (2, '2', 2, 2), (3, '3–5', 3, 5), (4, '6–10', 6, 10), (5, 'more than 10', 11, 2000000000))
    as bands (place, size, least_n, most_n)
),
counted as (
  select b.place, b.size, count(s.customer_id) as n_customers, cast(coalesce(sum(s.n), 0) as bigint) as n_records, max(s.n) as largest
  from bands as b
  left join sizes as s on s.n between b.least_n and b.most_n
  group by b.place, b.size
)
select place, size, n_customers,
  round(cast(n_customers as double) / nullif(cast(sum(n_customers) over () as double), 0), 6) as share_customers,
  n_records, round(cast(n_records as double) / nullif(cast(sum(n_records) over () as double), 0), 6) as share_records, largest
from counted
