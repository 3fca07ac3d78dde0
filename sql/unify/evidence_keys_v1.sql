-- Give every record keys out of its further columns: whole texts and codes, and the rare words of texts.
--
-- grain    one row per contact_id, kind and value
-- returns  rank, kind, value, finer as in unify.keys, contact_id
with people as (
  select r.contact_id, r.given_sound, r.name, r.birth, coalesce(r.postcode, r.city) as place, r.phone, r.company, r.address,
    e.text_1, e.text_2, e.text_3, e.code_1, e.code_2, e.code_3, e.code_4, e.number_1, e.number_2
  from unify.evidence as e
  join unify.records as r on r.contact_id = e.contact_id
  where r.twin_id = r.contact_id
),
codes as (
  select contact_id, given_sound, birth, place, column_name, value, text_1
  from (
    select contact_id, given_sound, birth, place, text_1, unnest(['code_1', 'code_2', 'code_3', 'code_4']) as column_name,
      unnest([code_1, code_2, code_3, code_4]) as value
    from people)
  where value is not null
),
rare as (
  select w.column_name, w.contact_id, w.word, w.place, p.given_sound, n.word as next_word
  from unify.evidence_words as w
  join people as p on p.contact_id = w.contact_id
  left join unify.evidence_words as n on n.column_name = w.column_name and n.contact_id = w.contact_id and n.place > w.place and n.place <= 5
  where w.place <= 5
)
select 30 + cast(right(column_name, 1) as integer) as rank, column_name || ' whole' as kind, value, given_sound as finer, contact_id
from (select contact_id, given_sound, unnest(['text_1', 'text_2', 'text_3']) as column_name, unnest([text_1, text_2, text_3]) as value from people)
where value is not null
union all
select 33 + cast(right(column_name, 1) as integer), column_name, value, coalesce(given_sound, text_1), contact_id from codes
union all
select 40 + cast(right(column_name, 1) as integer), column_name || ' and given name', value || '|' || given_sound, birth, contact_id
from codes where given_sound is not null
union all
select 44 + cast(right(l.column_name, 1) as integer) * 2 + cast(right(r.column_name, 1) as integer) - 3, l.column_name || ' and ' || r.column_name,
  l.value || '|' || r.value, coalesce(l.given_sound, l.text_1), l.contact_id
from codes as l join codes as r on r.contact_id = l.contact_id and l.column_name < r.column_name
union all
-- two of the five rarest words of a text
select 54 + cast(right(column_name, 1) as integer), column_name || ' two words', least(word, next_word) || ' ' || greatest(word, next_word),
  given_sound, contact_id
from rare where next_word is not null
union all
-- a company has no given name
select 53, 'company', company, coalesce(place, address, phone), contact_id from people where given_sound is null
union all
select 52, 'company begins', left(company, 4), coalesce(place, left(address, 6)), contact_id from people where given_sound is null and length(company) > 4
union all
select 58, 'number_1 and number_2', cast(number_1 as varchar) || '|' || cast(number_2 as varchar), text_1, contact_id
from people where number_1 is not null and number_2 is not null
union all
select distinct 60 + cast(right(column_name, 1) as integer), column_name || ' a word', word, given_sound, contact_id from rare where place <= 3
