-- Spell names of persons right: titles off, given before family name, one case, Hangul without spaces.
--
-- grain    one row per part (full, given, family), source and text that is in doubt (김민수 and Anna Smith are not)
-- returns  part, _source, raw, text (after general mending; NULL: says nothing), rule and confidence (of text), trimmed, alias and first_person
--          (of clean.name_texts), name (bare of titles and remarks), value (as it shall stand; NULL: nothing left),
--          is_reversed (family name, given name), is_swapped (민수 김), is_hangul, before_comma
with untitled as (
    select *, case when first_person is not null or strlen(bare) > 200 or bare = '' then text
        else coalesce(nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(bare,
        '(?i)(^|, *)((?:c/o|mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|hr|frau|fr|mme|mlle|sra|srta|rev|hon|capt)(?:[.,; ]+|$))+', '\1', 'g'),
        '(?i)([ ,;]+(jr|sr|ii|iii|iv|phd|ph[.]d|md|m[.]d|dds|dvm|esq|mba|cpa)[.]?)+$|(?:, *(?:ma|ba|msc|bsc|rn|pmp)[.]?)+$', '', 'g'),
        -- 김 부장, 김부장님: of the name only the family is said.
        '^([가-힣]|남궁|황보|제갈|선우)(?: (?:대표|회장|사장|전무|상무|이사|부장|차장|과장|대리|팀장|실장|교수|박사|선생|원장|사모)님?|(?:대표|회장|사장|전무|상무|이사|부장|차장|과장|대리|팀장|실장|교수|박사|선생|원장|사모)님)$', '\1', 'g'),
        '^(?:(?:대표이사|대표|회장|사장|부사장|전무|상무|이사|부장|차장|과장|대리|팀장|실장|본부장|교수|박사|변호사|원장)님? )+([가-힣]{2,4})$', '\1', 'g'),
        '^([가-힣] ?[가-힣] |(?:[가-힣] ?){3,}?)(?:(?:(?:고객|회원|선생|대표이사|대표|회장|사장|부사장|전무|상무|이사|부장|차장|과장|대리|주임|팀장|실장|본부장|센터장|지점장|점장|원장|소장'
            || '|매니저|교수|박사|변호사|작가|기자|간사|사모)님?|님|씨|귀하| (?:군|양|사원|의사|약사|고객|회원)) ?)+$', '\1', 'g'), ' ,;'), ''), bare) end as name
    from clean.name_texts
    where not is_plain
),
ordered as (
    select *, first_person is null and regexp_full_match(name, '[^,]*[^, ] ?, ?[^, ][^,]*') and part = 'full' and not regexp_matches(name, '[0-9@();]') as is_reversed,
        first_person is null and regexp_full_match(name, '[가-힣][가-힣 ,]{0,9}') and length(regexp_replace(name, '[ ,]', '', 'g')) <= 6 as is_hangul,
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
    select *, case when is_hangul or first_person is not null or regexp_matches(straight, '[0-9@]') or strlen(straight) > 200 then straight
        else array_to_string(list_transform(string_split(straight, ' '), lambda w:
            case when (w <> upper(w) and w <> lower(w)) or regexp_full_match(w, '[B-DF-HJ-NP-TV-XZ]{2,3}') or w in ('van', 'von',
                    'der', 'den', 'de', 'da', 'di', 'del', 'della', 'dos', 'das', 'du', 'la', 'le', 'el', 'al', 'bin', 'ibn', 'ten', 'ter', 'y', 'e', 'zu') then w
                 else array_to_string(list_transform(string_split(regexp_replace(lower(w), '([-''’.,])', '\1 ', 'g'), ' '),
                    lambda p: upper(left(p, 1)) || substr(p, 2)), '') end), ' ') end as spelled
    from straight
),
settled as (
    -- A name that cleaning would change again is too odd to be touched: with a title left, or damaged letters that only now show.
    select *, case when spelled = text then text
        when regexp_matches(spelled, '[Â-ô][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|(^|[ -~])[\x{4e00}-\x{9fff}\x{f900}-\x{faff}]|[ㄱ-ㅎ][ㅏ-ㅣ]|^[''"“].*[''"”]$|%[0-9A-Fa-f]{2}')
            or regexp_full_match(spelled, '([ -~]*[\x{81}-\x{fe}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}[ -~]*)+')
                and not regexp_matches(spelled, '[A-Za-z][\x{81}-\x{ff}]|[\x{81}-\x{ff}][A-Za-z]') then text
        when regexp_matches(spelled, '[0-9@]') then spelled
        when regexp_matches(spelled,
            '^[] /\\._*#~|<>"?!=+:;,&^%$`-]|[[ /\\_*#~|<>"?!=+:;,&^%$`-]$|[.]{2}$|^(?i)(c/o|mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|herr|hr|frau|fr|mme|mlle|sra|srta|rev|hon|capt)[.,; ]|[()]|[가-힣].*[A-Za-z]|[A-Za-z].*[가-힣]|[가-힣]{2} ?(님|귀하)$')
        then text else spelled end as settled
    from cased
)
select part, _source, raw, text, rule, confidence, trimmed, alias, first_person, name, is_reversed, is_hangul, is_swapped, before_comma,
    case when (lower(settled) in (select word from clean.placeholders) and settled not in ('Na', 'Nan', 'Null'))
        or (part = 'given' and regexp_full_match(settled, '(?i)(mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|mme|mlle|rev)[.]?')) then null
        else settled end as value
from settled
union all
select part, _source, raw, text, rule, confidence, trimmed, alias, first_person, raw, false, left(raw, 1) >= '가', false, raw, raw
from clean.name_texts
where is_plain
