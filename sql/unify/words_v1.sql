-- Spell each word of a name in comparable ASCII and say how it sounds in Korean ears, so that 민수 meets Min-su and Minsoo.
--
-- grain    one row per distinct text of a given name or surname
-- returns  text, script (latin, hangul, other), spelled (ASCII: Latin letters folded, each jamo one character; other
--          scripts as they are), sound (consonant and vowel classes shared by Hangul and all usual romanisations)
with texts as (
  select given_text as text from unify.name_parts where given_text is not null
  union
  select family_text from unify.name_parts where family_text is not null
),
folded as (
  select text,
    regexp_replace(regexp_replace(translate(replace(replace(strip_accents(lower(text)), 'ß', 'ss'), 'æ', 'ae'), 'øłđı', 'oldi'),
      '[-]', ' ', 'g'), '[^a-z ]', '', 'g') as latin,
    list_transform(regexp_extract_all(text, '[가-힣]'), lambda c: unicode(c) - 44032) as codes
  from texts
),
-- letters become classes: K gk, T dt, P bp, J jch, S, R rl, X ng, and the vowels A E I O U; capitals are done
consonants as (
  select text, latin, codes,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(latin,
      'ng', 'X', 'g'), 'sh', 'S', 'g'), 'ch', 'J', 'g'), 'ph', 'P', 'g'), 'th', 'T', 'g'), 'kh|gh|ck', 'K', 'g') as s
  from folded
),
vowels as (
  select text, latin, codes,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(s,
      '([aeiou])h([^aeiouwy]|$)', '\1\2', 'g'), 'aeu', 'AU', 'g'), 'oeu', 'OU', 'g'), 'eui|(h)ui', '\1I', 'g'),
      '[yw]?(oo|ou|eo|eu|u)|wo', 'U', 'g'), 'ee|yi', 'I', 'g'), '[yw]a([^ei]|$)', 'A\1', 'g'),
      '[yw]?(ae|ai|ay|ea|ei|ey|oe|oi|oy|e)', 'E', 'g'), '[yw]?a', 'A', 'g'), '[yw]?o', 'O', 'g'), '[yi]', 'I', 'g') as s
  from consonants
),
syllables as (
  -- initials, vowels and finals in the order of Unicode; 0 is silent
  select text, latin, codes,
    case when len(codes) > 0 then array_to_string(list_transform(codes, lambda c:
        substr('KKNTTRMPPSS0JJJKTPH', cast(c // 588 + 1 as integer), 1)
        || substr('AEAEUEUEOAEEOUUEIUUII', cast((c % 588) // 28 + 1 as integer), 1)
        || substr('0KKKNNNTRKMPRRPRMPPTTXTTKTPT', cast(c % 28 + 1 as integer), 1)), '')
      else translate(s, 'gkcqdtbpvfjzrlsmnhxw ', 'KKKKTTPPPPJJRRSMNHS') end as s,
    array_to_string(list_transform(codes, lambda c:
        chr(cast(97 + c // 588 as integer)) || chr(cast(65 + (c % 588) // 28 as integer))
        || substr(' 0123456789tuvwxyzVWXYZ!#$%&', cast(c % 28 + 1 as integer), 1)), '') as jamo
  from vowels
),
joined as (
  select text, latin, codes, jamo,
    regexp_replace(regexp_replace(replace(s, '0', ''), '[NX]K', 'X', 'g'), '([KTP])H', '\1', 'g') as s
  from syllables
)
select text,
  case when len(codes) > 0 then 'hangul' when trim(latin) <> '' then 'latin' else 'other' end as script,
  case when len(codes) > 0 then replace(jamo, ' ', '') when trim(latin) <> '' then replace(latin, ' ', '')
    else lower(text) end as spelled,
  -- a doubled class counts once: Mina and Minna, 은우 and Eunwoo
  nullif(array_to_string(list_transform(range(1, length(s) + 1), lambda i:
    case when i > 1 and substr(s, i, 1) = substr(s, i - 1, 1) then '' else substr(s, i, 1) end), ''), '') as sound
from joined
