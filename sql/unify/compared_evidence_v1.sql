-- Compare the further columns of every candidate pair and of every pair drawn by chance.
--
-- grain    one row per population, left_id and right_id; none where no record has further columns
-- returns  a level a column (0 differs, null where either side is empty): texts 6 same, 5 nearly all words or few edits, 4 most,
--          3 alike, but each side has a number that the other has not (another model, edition or part), 2 some, 1 few, weighed by
--          how rare the words are; codes 2 same, 1 an edit or a beginning; numbers 3 same, 2 one percent of the records lie
--          between, 1 five percent; and the text or code agreed on
with pairs as (
  select 'candidate' as population, left_id, right_id from unify.pairs
  union all
  select 'sample', left_id, right_id from unify.sample_pairs
),
written as (
  select contact_id, column_name, value
  from (
    select contact_id, unnest(['text_1', 'text_2', 'text_3']) as column_name, unnest([text_1, text_2, text_3]) as value
    from unify.evidence)
  where value is not null
),
totals as (
  select column_name, contact_id, sum(weight) as weight, count(*) filter (is_number) as n_numbers
  from unify.evidence_words group by column_name, contact_id
),
shared as (
  select p.population, p.left_id, p.right_id, l.column_name, sum(l.weight) as weight, count(*) filter (l.is_number) as n_numbers
  from pairs as p
  join unify.evidence_words as l on l.contact_id = p.left_id
  join unify.evidence_words as r on r.contact_id = p.right_id and r.column_name = l.column_name and r.word = l.word
  group by p.population, p.left_id, p.right_id, l.column_name
),
texts as (
  select p.population, p.left_id, p.right_id, l.column_name, l.value as a, r.value as b
  from pairs as p
  join written as l on l.contact_id = p.left_id
  join written as r on r.contact_id = p.right_id and r.column_name = l.column_name
),
measured as (
  select t.*, coalesce(round(s.weight / nullif(l.weight + r.weight - s.weight, 0), 6), 0) as overlap,
    least(l.n_numbers, r.n_numbers) > coalesce(s.n_numbers, 0) as is_other_number,
    -- edits are dear, and texts that share neither a word nor their beginning are far apart anyhow
    case when s.weight > 0 or left(t.a, 3) = left(t.b, 3) then round(levenshtein(left(t.a, 80), left(t.b, 80))
      / nullif(greatest(strlen(left(t.a, 80)), strlen(left(t.b, 80))), 0), 6) else 1 end as edits
  from texts as t
  join totals as l on l.column_name = t.column_name and l.contact_id = t.left_id
  join totals as r on r.column_name = t.column_name and r.contact_id = t.right_id
  left join shared as s on s.population = t.population and s.left_id = t.left_id and s.right_id = t.right_id and s.column_name = t.column_name
),
judged as (
  select population, left_id, right_id, column_name,
    case when a = b then 6
      when is_other_number and (overlap >= 0.3 or edits <= 0.25) then 3
      when overlap >= 0.8 or edits <= 0.12 then 5 when overlap >= 0.55 or edits <= 0.25 then 4 when overlap >= 0.3 then 2 when overlap >= 0.1 then 1 else 0 end as level
  from measured
),
worded as (
  select population, left_id, right_id,
    max(case when column_name = 'text_1' then level end) as text_1_level, max(case when column_name = 'text_2' then level end) as text_2_level,
    max(case when column_name = 'text_3' then level end) as text_3_level
  from judged group by population, left_id, right_id)
select p.population, p.left_id, p.right_id,
  cast(w.text_1_level as integer) as text_1_level, cast(w.text_2_level as integer) as text_2_level, cast(w.text_3_level as integer) as text_3_level,
  cast(case when a.code_1 is null or b.code_1 is null then null when a.code_1 = b.code_1 then 2
    when least(strlen(a.code_1), strlen(b.code_1)) >= 4 and (damerau_levenshtein(a.code_1, b.code_1) = 1 or starts_with(a.code_1, b.code_1) or starts_with(b.code_1, a.code_1))
    then 1 else 0 end as integer) as code_1_level,
  cast(case when a.code_2 is null or b.code_2 is null then null when a.code_2 = b.code_2 then 2
    when least(strlen(a.code_2), strlen(b.code_2)) >= 4 and (damerau_levenshtein(a.code_2, b.code_2) = 1 or starts_with(a.code_2, b.code_2) or starts_with(b.code_2, a.code_2))
    then 1 else 0 end as integer) as code_2_level,
  cast(case when a.code_3 is null or b.code_3 is null then null when a.code_3 = b.code_3 then 2
    when least(strlen(a.code_3), strlen(b.code_3)) >= 4 and (damerau_levenshtein(a.code_3, b.code_3) = 1 or starts_with(a.code_3, b.code_3) or starts_with(b.code_3, a.code_3))
    then 1 else 0 end as integer) as code_3_level,
  cast(case when a.code_4 is null or b.code_4 is null then null when a.code_4 = b.code_4 then 2
    when least(strlen(a.code_4), strlen(b.code_4)) >= 4 and (damerau_levenshtein(a.code_4, b.code_4) = 1 or starts_with(a.code_4, b.code_4) or starts_with(b.code_4, a.code_4))
    then 1 else 0 end as integer) as code_4_level,
  cast(case when a.number_1 is null or b.number_1 is null then null when a.number_1 = b.number_1 then 3
    when abs(a.number_1_place - b.number_1_place) <= 0.01 then 2 when abs(a.number_1_place - b.number_1_place) <= 0.05 then 1 else 0 end as integer) as number_1_level,
  cast(case when a.number_2 is null or b.number_2 is null then null when a.number_2 = b.number_2 then 3
    when abs(a.number_2_place - b.number_2_place) <= 0.01 then 2 when abs(a.number_2_place - b.number_2_place) <= 0.05 then 1 else 0 end as integer) as number_2_level,
  case when a.text_1 = b.text_1 then a.text_1 end as text_1, case when a.text_2 = b.text_2 then a.text_2 end as text_2, case when a.text_3 = b.text_3 then a.text_3 end as text_3, case when a.code_1 = b.code_1 then a.code_1 end as code_1, case when a.code_2 = b.code_2 then a.code_2 end as code_2, case when a.code_3 = b.code_3 then a.code_3 end as code_3, case when a.code_4 = b.code_4 then a.code_4 end as code_4
from pairs as p
join unify.evidence as a on a.contact_id = p.left_id
join unify.evidence as b on b.contact_id = p.right_id
left join worded as w on w.population = p.population and w.left_id = p.left_id and w.right_id = p.right_id
