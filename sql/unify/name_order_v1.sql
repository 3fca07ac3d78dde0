-- Tell whether Korean names in Latin letters open with the surname here: decided by the names in which one word alone can be one.
--
-- grain    one row
-- renewed  when learning
-- returns  is_surname_first
select count(*) filter (f.spelling is not null and l.spelling is null)
    > count(*) filter (l.spelling is not null and f.spelling is null) as is_surname_first
from unify.name_tokens as t
left join unify.surnames as f on f.spelling = t.words[1]
left join unify.surnames as l on l.spelling = t.words[len(t.words)]
where len(t.words) > 1
