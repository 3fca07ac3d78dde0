-- Part the names of companies into legal form and name: (주)한빛, 한빛 주식회사, Acme, Inc.
--
-- grain    one row per company text
-- returns  raw, n (rows), text (after general mending; NULL: says nothing), rule and confidence (of text), trimmed (without stray
--          characters at the edges), front and rear (legal form in the one spelling, '' for none), base (the name itself)
with different as (
    select company as raw, count(*) as n from source.contacts where company is not null group by company
),
mended as (
    select d.*, case when t.raw is null then d.raw else t.value end as text, t.rule, coalesce(t.confidence, 1.0) as confidence
    from different d
    left join clean.text_fixes t on t.scope = 'person' and t.raw = d.raw
),
trimmed as (
    select *, coalesce(nullif(case when strlen(text) > 200 then text
        else regexp_replace(text, '^[ ,;/_|~*]+|[ ,;/_|~*]+$', '', 'g') end, ''), text) as trimmed
    from mended
),
formed as (
    select *,
        case when strlen(trimmed) > 200 then '' else regexp_extract(trimmed, '^(?:(?:[(] ?주 ?[)]|㈜|주식회사) *)+|^[(](?:유|합자|합명|사|재|의|학|복)[)] *'
            || '|^㈔ *|^(?:유한회사|유한책임회사|합자회사|합명회사|사단법인|재단법인|의료법인|학교법인|사회복지법인) *') end as front_text,
        case when strlen(trimmed) > 200 then '' else regexp_extract(trimmed, '(?: *(?:[(] ?주 ?[)]|㈜|주식회사))+$| *[(](?:유|합자|합명)[)]$'
            || '| *(?:유한회사|유한책임회사|합자회사|합명회사)$'
            || '|(?i)[ ,]+(?:(?:(?:co|company|pty|pte|pvt|private|proprietary)[., ]+)?(?:ltd|limited)|inc|incorporated|corp|corporation|co'
            || '|sdn[.]? bhd|l[.]?l[.]?c|l[.]?l[.]?p|plc|p[.]l[.]c|g[.]?m[.]?b[.]?h|g[.]?m[.]?b[.]?h[.]? ?& ?co[.]? ?kg'
            || '|(?-i:S[.]?[Pp][.]?A|S[.]?[Rr][.]?[Ll]|S[.]?A[.]?R[.]?L|S[.]?A[.]?S|S[.]A|B[.]V|N[.]V|A[.]G|K[.]K))[.]?$') end as rear_text
    from trimmed
),
keyed as (
    select *, case when regexp_matches(front_text, '주[ )]|㈜|주식회사') then '주' else translate(front_text, '() ', '') end as front_form,
        case when regexp_matches(rear_text, '주 ?[)]|㈜|주식회사') then '주' else translate(lower(rear_text), '() .,', '') end as rear_form
    from formed
),
based as (
    select k.*, coalesce(f.spelling, '') as front,
        case when r.spelling = f.spelling then '' else coalesce(r.spelling, '') end as rear,
        case when length(k.front_text) + length(k.rear_text) >= length(k.trimmed) then '' else trim(substr(k.trimmed, 1 + length(k.front_text),
            length(k.trimmed) - length(k.front_text) - length(k.rear_text)), ' ,') end as base
    from keyed k
    left join clean.legal_forms f on f.place = 'front' and f.form = k.front_form
    left join clean.legal_forms r on r.place = 'rear' and r.form = k.rear_form
)
-- A legal form alone is no name: such a text stays whole.
select raw, n, text, rule, confidence, trimmed,
    case when regexp_matches(base, '[\pL\pN]') then front else '' end as front,
    case when regexp_matches(base, '[\pL\pN]') then rear else '' end as rear,
    case when regexp_matches(base, '[\pL\pN]') then base else trimmed end as base
from based
