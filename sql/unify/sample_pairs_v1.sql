-- Draw pairs of records by chance, to learn how often two different people agree.
--
-- grain    one row per left_id and right_id, left_id < right_id
-- renewed  when learning
-- param    sample_pairs integer from 1 = 150000   about how many pairs; all of them where there are fewer
-- returns  left_id, right_id
with shuffled as (
  select contact_id, row_number() over (order by md5(contact_id), contact_id) as place
  from unify.records
  where twin_id = contact_id
),
sized as (
  select count(*) as n,
    -- each record meets the next `reach` ones of the shuffled circle; half a circle meets all
    least(cast(ceil($sample_pairs / nullif(count(*), 0)) as bigint), count(*) // 2) as reach
  from shuffled
),
met as (
  select s.contact_id, ((s.place - 1 + t.step) % z.n) + 1 as place
  from shuffled as s
  cross join sized as z
  cross join (select unnest(range(1, 1001)) as step) as t
  -- of very many records a part is enough: places are drawn by chance
  where t.step <= z.reach and s.place <= $sample_pairs
)
select distinct least(m.contact_id, s.contact_id) as left_id, greatest(m.contact_id, s.contact_id) as right_id
from met as m
join shuffled as s on s.place = m.place
where m.contact_id <> s.contact_id
