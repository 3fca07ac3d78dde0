-- Hold further columns that say who is who, besides the canonical ones; empty unless a project writes its own.
--
-- grain    one row per contact_id
-- returns  contact_id, birth_text (birth date as eight digits yyyymmdd, also where it is no date, such as 19810231),
--          text_1 to text_3 (several words, compared by the words they share),
--          code_1 to code_4 (one word, compared whole), number_1 and number_2 (compared by how near they are)
select
  cast(null as varchar) as contact_id, cast(null as varchar) as birth_text,
  cast(null as varchar) as text_1, cast(null as varchar) as text_2, cast(null as varchar) as text_3,
  cast(null as varchar) as code_1, cast(null as varchar) as code_2, cast(null as varchar) as code_3, cast(null as varchar) as code_4,
  cast(null as double) as number_1, cast(null as double) as number_2
where false
