-- Fold the further columns of unify.extras to what can be compared, and say where each number stands among the others.
--
-- grain    one row per contact_id
-- returns  contact_id, birth_text, text_1 to text_3 and code_1 to code_4 (small letters and digits; words of a text apart by a
--          blank, letters apart from digits: DSC-W55, dsc w55 and DSCW55 are dsc w 55), number_1 and number_2, number_1_place and number_2_place (share of records with a number up to it, 0 to 1),
--          everything (all of it in one text; empty where nothing is known)
with folded as (
  select contact_id,
    case when regexp_full_match(birth_text, '[0-9]{8}') then birth_text end as birth_text,
    nullif(trim(regexp_replace(regexp_replace(regexp_replace(strip_accents(lower(text_1)), '[^\p{L}\p{N}]+', ' ', 'g'),
      '(\p{L})(\p{N})', '\1 \2', 'g'), '(\p{N})(\p{L})', '\1 \2', 'g')), '') as text_1,
    nullif(trim(regexp_replace(regexp_replace(regexp_replace(strip_accents(lower(text_2)), '[^\p{L}\p{N}]+', ' ', 'g'),
      '(\p{L})(\p{N})', '\1 \2', 'g'), '(\p{N})(\p{L})', '\1 \2', 'g')), '') as text_2,
    nullif(trim(regexp_replace(regexp_replace(regexp_replace(strip_accents(lower(text_3)), '[^\p{L}\p{N}]+', ' ', 'g'),
      '(\p{L})(\p{N})', '\1 \2', 'g'), '(\p{N})(\p{L})', '\1 \2', 'g')), '') as text_3,
    nullif(regexp_replace(strip_accents(lower(code_1)), '[^\p{L}\p{N}]+', '', 'g'), '') as code_1,
    nullif(regexp_replace(strip_accents(lower(code_2)), '[^\p{L}\p{N}]+', '', 'g'), '') as code_2,
    nullif(regexp_replace(strip_accents(lower(code_3)), '[^\p{L}\p{N}]+', '', 'g'), '') as code_3,
    nullif(regexp_replace(strip_accents(lower(code_4)), '[^\p{L}\p{N}]+', '', 'g'), '') as code_4,
    number_1, number_2
  from unify.extras
)
select *,
  case when number_1 is not null then round(cume_dist() over (partition by number_1 is null order by number_1), 6) end as number_1_place,
  case when number_2 is not null then round(cume_dist() over (partition by number_2 is null order by number_2), 6) end as number_2_place,
  case when coalesce(birth_text, text_1, text_2, text_3, code_1, code_2, code_3, code_4, cast(number_1 as varchar), cast(number_2 as varchar))
    is null then '' else concat_ws(chr(30), coalesce(birth_text, ''), coalesce(text_1, ''), coalesce(text_2, ''), coalesce(text_3, ''),
      coalesce(code_1, ''), coalesce(code_2, ''), coalesce(code_3, ''), coalesce(code_4, ''),
      coalesce(cast(number_1 as varchar), ''), coalesce(cast(number_2 as varchar), '')) end as everything
from folded
