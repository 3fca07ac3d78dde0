-- Keep the Latin form of names that were written in Hangul and Latin letters at once.
--
-- grain    one row per source and text of a full name in both scripts
-- returns  _source, raw, full_name (as clean.contacts has it), alias (the Latin form as written)
select s._source, s.raw, s.value as full_name, s.alias
from clean.name_spellings s
where s.part = 'full' and s.alias is not null and s.value is not null
