-- Weigh what the further columns of every candidate pair say.
--
-- grain    one row per left_id and right_id; none where no record has further columns
-- returns  weights in bits, one a column (0 where a side is empty), sibling_discount (never above 0: two things of one series
--          agree too, in all but their name), and evidence_weight, their sum
with compared as (
  select * from unify.compared_evidence where population = 'candidate'
),
long as (
  select left_id, right_id,
    unnest(['text_1', 'text_2', 'text_3', 'code_1', 'code_2', 'code_3', 'code_4', 'number_1', 'number_2']) as column_name,
    unnest([text_1_level, text_2_level, text_3_level, code_1_level, code_2_level, code_3_level, code_4_level,
      number_1_level, number_2_level]) as level,
    unnest([text_1, text_2, text_3, code_1, code_2, code_3, code_4, null, null]) as value
  from compared
),
weighed as (
  select l.left_id, l.right_id, l.column_name, m.household_weight,
    -- a text of two records is theirs alone; a code of two may be one of few that there are
    round(m.weight + case when l.value is not null then coalesce(log2(m.u * (z.n_people + 1000)
      / nullif(f.n_people - case when l.column_name like 'text%' then 1.95 else 1 end + 1000 * m.u, 0)), 0) else 0 end, 6) as weight
  from long as l
  join unify.model as m on m.column_name = l.column_name and m.level = l.level
  cross join (select greatest(count(*), 1000) as n_people from unify.records where twin_id = contact_id) as z
  left join unify.frequencies as f on f.column_name = l.column_name and f.value = l.value
),
wide as (
  select left_id, right_id,
    coalesce(max(case when column_name = 'text_1' then weight end), 0) as text_1_weight,
    coalesce(max(case when column_name = 'text_2' then weight end), 0) as text_2_weight,
    coalesce(max(case when column_name = 'text_3' then weight end), 0) as text_3_weight,
    coalesce(max(case when column_name = 'code_1' then weight end), 0) as code_1_weight,
    coalesce(max(case when column_name = 'code_2' then weight end), 0) as code_2_weight,
    coalesce(max(case when column_name = 'code_3' then weight end), 0) as code_3_weight,
    coalesce(max(case when column_name = 'code_4' then weight end), 0) as code_4_weight,
    coalesce(max(case when column_name = 'number_1' then weight end), 0) as number_1_weight,
    coalesce(max(case when column_name = 'number_2' then weight end), 0) as number_2_weight,
    -- the chance of being two things adds up over both ways to be two
    round(-log2(1 + pow(2, least(max(p.prior) + sum(weight - household_weight), 300))), 6) as sibling_discount
  from weighed
  cross join (select weight - household_weight as prior from unify.model where column_name = 'prior') as p
  group by left_id, right_id
)
select *, round(text_1_weight + text_2_weight + text_3_weight + code_1_weight + code_2_weight
    + code_3_weight + code_4_weight + number_1_weight + number_2_weight + sibling_discount, 6) as evidence_weight
from wide
