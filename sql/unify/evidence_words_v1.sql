-- Part the texts of unify.evidence into words, and weigh each word by how rare it is.
--
-- grain    one row per column_name, contact_id and word
-- returns  n_records, is_number (only digits, not zero), weight (thousandths of a bit: a word of one record in a thousand weighs 9966), place (1 is the rarest word of its text)
with texts as (
  select 'text_1' as column_name, contact_id, text_1 as value from unify.evidence where text_1 is not null
  union all
  select 'text_2', contact_id, text_2 from unify.evidence where text_2 is not null
  union all
  select 'text_3', contact_id, text_3 from unify.evidence where text_3 is not null
),
words as (
  select column_name, contact_id, unnest(list_distinct(string_split(left(value, 1000), ' '))) as word
  from texts
),
rarity as (
  select column_name, word, count(*) as n_records from words group by column_name, word
),
sizes as (
  select column_name, count(*) as n_texts from texts group by column_name
)
select w.column_name, w.contact_id, w.word, r.n_records, regexp_full_match(w.word, '[0-9]*[1-9][0-9]*') as is_number,
  cast(round(1000 * log2((z.n_texts + 1.0) / nullif(r.n_records, 0))) as bigint) + 100 as weight,
  -- of words that are equally rare the longer one says more
  row_number() over (partition by w.column_name, w.contact_id order by r.n_records, length(w.word) desc, w.word) as place
from words as w
join rarity as r on r.column_name = w.column_name and r.word = w.word
join sizes as z on z.column_name = w.column_name
