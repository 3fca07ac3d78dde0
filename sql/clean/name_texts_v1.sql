-- Lay names of persons bare: stray characters, remarks in brackets, a second script, a second person.
--
-- grain    one row per part (full, given, family), source and text that is in doubt (김민수 and Anna Smith are not)
-- returns  part, _source, raw, is_plain (김민수, Anna Smith: nothing to do), text (after general mending; NULL: says nothing),
--          rule and confidence (of text), trimmed (without stray characters at the edges), bare (one person, one script, no remarks),
--          alias (the Latin form that stood beside the Hangul), first_person (where several people share the cell)
with cells as (
    select 'full' as part, _source, full_name as raw from source.contacts
    union all select 'full', _source, full_name from source.tickets
    union all select 'given', _source, given_name from source.contacts
    union all select 'family', _source, family_name from source.contacts
    union all select 'full', _source, full_name from clean.misplaced
    union all select 'given', _source, given_name from clean.misplaced
    union all select 'family', _source, family_name from clean.misplaced
),
different as (
    select distinct part, _source, raw
    from cells
    where raw is not null
      and case when part = 'full' then -- Those that clean.contacts parts by itself are left out.
               case when not regexp_full_match(raw, '[A-Z][a-z]{1,20} [A-Z][a-z]{1,20}|[김이박최정강조윤장임한오신권안송유전홍고문양손배백허심노하곽성차주우구민진지엄채원천방공현][가-힣]{2}') then true
                    when split_part(raw, ' ', 1) in ('Mr', 'Mrs', 'Ms', 'Miss', 'Mx', 'Dr', 'Prof', 'Professor', 'Sir', 'Madam', 'Herr', 'Frau', 'Mme', 'Mlle', 'Rev', 'Hon', 'Capt')
                      or split_part(raw, ' ', 2) in ('Jr', 'Sr', 'Ii', 'Iii', 'Iv', 'Phd', 'Md', 'Esq', 'Mba') then true
                    else lower(raw) in (select word from clean.placeholders) end
               when regexp_full_match(raw, '[A-Z][a-z]+|[가-힣]{1,2}') then raw in ('Mr', 'Mrs', 'Ms', 'Miss', 'Dr', 'Xx', 'Xxx', 'Xxxx', 'Test', 'Unknown', '없음', '미상', '모름', '익명', '무명') else true end
),
typed as (
    select *, case when regexp_full_match(raw, '[가-힣]{2,3}|[A-Z][a-z]{1,20} [A-Z][a-z]{1,20}') then split_part(raw, ' ', 1) not in ('Mr', 'Mrs', 'Ms', 'Miss',
            'Mx', 'Dr', 'Prof', 'Professor', 'Sir', 'Madam', 'Herr', 'Frau', 'Mme', 'Mlle', 'Rev', 'Hon', 'Capt')
        and split_part(raw, ' ', 2) not in ('Jr', 'Sr', 'Ii', 'Iii', 'Iv', 'Phd', 'Md', 'Esq', 'Mba') and lower(raw) not in (select word from clean.placeholders)
        else false end as is_plain
    from different
),
mended as (
    select d.*, case when t.raw is null then d.raw else t.value end as text, t.rule, coalesce(t.confidence, 1.0) as confidence
    from typed d
    left join clean.text_fixes t on t.scope = 'name' and t.raw = d.raw and not d.is_plain
),
trimmed as (
    select *, case when is_plain or strlen(text) > 200 or regexp_matches(text, '[0-9@]') then text
        else coalesce(nullif(regexp_replace(text, '^[] /\\._*#~|<>"?!=+:;,&^%$`-]+|(?:[[ /\\_*#~|<>"?!=+:;,&^%$`-]|[.]{2,})+$', '', 'g'), ''), text) end as trimmed
    from mended
),
scripted as (
    -- 김민수 (Minsoo Kim), Minsoo Kim / 김민수: two words of Latin letters are a name, a single one may be a remark.
    select *, case when is_plain or strlen(trimmed) > 200 then null else
            regexp_extract(trimmed, '^([가-힣][가-힣 ]{1,7}?) ?[(/|]? ?([A-Za-z][A-Za-z.’'']*[ ,-][A-Za-z .,’''-]*[A-Za-z.]) ?[)]?$', ['hangul', 'latin']) end as ahead,
        case when is_plain or strlen(trimmed) > 200 then null else
            regexp_extract(trimmed, '^([A-Za-z][A-Za-z.’'']*[ ,-][A-Za-z .,’''-]*[A-Za-z.]) ?[(/|]? ?([가-힣][가-힣 ]{1,7}?) ?[)]?$', ['latin', 'hangul']) end as behind
    from trimmed
),
told as (
    select *, nullif(concat(ahead.hangul, behind.hangul), '') as hangul, nullif(concat(ahead.latin, behind.latin), '') as latin,
        case when not is_plain and strlen(trimmed) <= 200 and not regexp_matches(trimmed, '[()]') and regexp_matches(trimmed,
                '(?i)\pL[.]? ?&amp; ?\pL|\pL[.]? ?& ?\pL|\pL[.]? (and|und|et) \pL|\pL{2,}[.]? ?[;+/] ?\pL{2,}|^[가-힣]{3,4} ?[,·] ?[가-힣]{3,4}( ?[,·] ?[가-힣]{3,4})*$|^[가-힣]{2,4} 외 ?[0-9]{1,3} ?(명|인)$')
            then regexp_extract(trimmed, '(?i)^(.*?) ?(?:&amp;|&| and | und | et |[;+/,·]|외 ?[0-9]) ?(.*)$', ['one', 'rest']) end as people
    from scripted
)
select part, _source, raw, is_plain, text, rule, confidence, trimmed,
    case when is_plain then text when latin is not null then hangul
         when strlen(trimmed) <= 200 and regexp_full_match(trimmed, '[^()]*([(][^()]*[)][^()]*)+')
         then trim(regexp_replace(trimmed, '( *[(][^()]*[)] *)+', ' ', 'g'), ' ,;') else trim(trimmed, ' ,;') end as bare,
    latin as alias,
    -- Anna & Tom Meier: the first is Anna Meier.
    case when latin is null and people.rest <> '' then nullif(trim(regexp_replace(concat(people.one, case when contains(people.one, ' ')
            or not contains(people.rest, ' ') or regexp_matches(people.rest, '[0-9가-힣]') then '' else ' ' || regexp_extract(people.rest, '[^ ]+$') end),
        '(?i)^(mr|mrs|ms|dr|prof|herr|frau|mme)[.]? ', '', 'g')), '') end as first_person
from told
