-- List the texts of addresses once each, with the way they are written.
--
-- grain    one row per address text of source.contacts, after clean.text_fixes
-- returns  address, script (korean, romanised: Korean in Latin letters, latin, other: nothing to read an address from)
with texts as (
    select distinct case when t.raw is null then c.address else t.value end as address
    from source.contacts c
    left join clean.text_fixes t on t.scope = 'person' and t.raw = c.address
)
select address,
    case when strlen(address) > 1000 then 'other'
         when regexp_matches(address, '[가-힣]') then 'korean'
         when not regexp_matches(address, '[A-Za-z]') then 'other'
         when contains(address, '-') and regexp_matches(lower(address), '[a-z]-?(daero|[0-9]*beon-?gil|-ro|-gil|-dong|-gu|-si|-gun|-eup|-myeon)\b') then 'romanised'
         else 'latin' end as script
from texts
where address is not null
