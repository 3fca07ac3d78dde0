-- Spell names of persons right: titles and remarks off, given before family name, one case, Hangul without spaces.
--
-- grain    one row per part (full, given, family), source and text: of full names every one, of the others those in doubt
-- returns  part, _source, raw, text (after general mending; NULL: says nothing), rule (of text), name (bare of titles and remarks),
--          value (as it shall stand; NULL: nothing left), is_reversed (family name, given name), is_swapped (민수 김), is_hangul, before_comma
with cells as (
    select 'full' as part, _source, full_name as raw from source.contacts
    union all select 'full', _source, full_name from source.tickets
    union all select 'given', _source, given_name from source.contacts
    union all select 'family', _source, family_name from source.contacts
),
different as (
    select distinct part, _source, raw
    from cells
    where raw is not null and (part = 'full' or not regexp_full_match(raw, '[A-Z][a-z]+|[가-힣]{1,3}') or raw in ('Xx', 'Xxx', 'Xxxx', 'Test', 'Unknown'))
),
mended as (
    select d.*, case when t.raw is null then d.raw else t.value end as text, t.rule
    from different d
    left join clean.text_fixes t on t.scope = 'name' and t.raw = d.raw
),
bare as (
    -- Remarks in brackets: 홍길동(VIP). Nested brackets are left alone.
    select *, trim(case when strlen(text) <= 200 and regexp_full_match(text, '[^()]*([(][^()]*[)][^()]*)+')
        then regexp_replace(text, '( *[(][^()]*[)] *)+', ' ', 'g') else text end, ' ,;') as bare
    from mended
),
untitled as (
    select *, case when strlen(bare) > 200 or bare = '' then text else coalesce(nullif(trim(regexp_replace(regexp_replace(regexp_replace(bare,
        '(?i)(^|, *)((?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|frau|mme|mlle|rev)(?:[.,; ]+|$))+', '\1', 'g'),
        '(?i)([ ,;]+(jr|sr|ii|iii|phd|ph[.]d|md|m[.]d|esq|mba)[.]?)+$', '', 'g'),
        '^((?:[가-힣] ?){3,}?|[가-힣] ?[가-힣] )(?:(?:고객님|회원님|선생님|님|씨|귀하) ?)+$', '\1', 'g'), ' ,;'), ''), bare) end as name
    from bare
),
ordered as (
    select *, regexp_full_match(name, '[^,]*[^, ] ?, ?[^, ][^,]*') and part = 'full' and not regexp_matches(name, '[0-9@();]') as is_reversed,
        regexp_full_match(name, '[가-힣][가-힣 ,]{0,9}') and length(regexp_replace(name, '[ ,]', '', 'g')) <= 6 as is_hangul,
        -- 민수 김: a family name of one syllable behind the given name.
        regexp_full_match(name, '[가-힣]{2} [가-힣]') and right(name, 1) in (select surname from clean.surnames)
            and left(name, 2) not in (select surname from clean.surnames) and part = 'full' as is_swapped
    from untitled
),
straight as (
    select *, trim(split_part(name, ',', 1)) as before_comma,
        case when is_swapped then right(name, 1) || left(name, 2) when is_hangul then regexp_replace(name, '[ ,]', '', 'g')
             when is_reversed then trim(split_part(name, ',', 2)) || ' ' || trim(split_part(name, ',', 1)) else name end as straight
    from ordered
),
cased as (
    -- Word by word, so that parts of a name come out as in the whole: ANNE-MARIE O'BRIEN, McDonald and von and JB stay.
    select *, case when is_hangul or regexp_matches(straight, '[0-9@]') or strlen(straight) > 200 then straight
        else array_to_string(list_transform(string_split(straight, ' '), lambda w:
            case when (w <> upper(w) and w <> lower(w)) or regexp_full_match(w, '[B-DF-HJ-NP-TV-XZ]{2,3}') or w in ('van', 'von',
                    'der', 'den', 'de', 'da', 'di', 'del', 'della', 'dos', 'das', 'du', 'la', 'le', 'el', 'al', 'bin', 'ibn', 'ten', 'ter', 'y', 'e', 'zu') then w
                 else array_to_string(list_transform(string_split(regexp_replace(lower(w), '([-''’.,])', '\1 ', 'g'), ' '),
                    lambda p: upper(left(p, 1)) || substr(p, 2)), '') end), ' ') end as spelled
    from straight
)
select part, _source, raw, text, rule, name, is_reversed, is_hangul, is_swapped, before_comma,
    case when (lower(spelled) in (select word from clean.placeholders) and spelled not in ('Na', 'Nan', 'Null'))
        or (part = 'given' and regexp_full_match(spelled, '(?i)(mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|mme|mlle|rev)[.]?')) then null
        else spelled end as value
from cased
