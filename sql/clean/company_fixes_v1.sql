-- Write companies one way: legal forms, stray characters, upper or lower case that is a habit of typing.
--
-- grain    one row per company text that does not stay as it is
-- returns  raw, value (NULL: says nothing), rule, confidence; a legal form stays before or behind the name as it was;
--          upper or lower case throughout is changed where the same name stands in mixed case elsewhere, else only proposed
with spellings as (
    -- How often each name is written in mixed case; the most frequent spelling is taken, of equals the first.
    select lower(base) as name, base, cast(sum(n) as bigint) as n
    from clean.company_parts
    where base <> lower(base) and base <> upper(base)
    group by lower(base), base
),
ranked as (
    select name, base, row_number() over (partition by name order by n desc, base) as place from spellings
),
cased as (
    select p.*, s.base as known,
        -- A guess at the case: names of one word in capitals may be abbreviations.
        case when p.base = lower(p.base) and p.base <> upper(p.base) or (p.base = upper(p.base) and regexp_full_match(p.base, '[A-Z]{4,}( [A-Z]{4,})+'))
             then array_to_string(list_transform(string_split(lower(p.base), ' '), lambda w: upper(left(w, 1)) || substr(w, 2)), ' ') end as guessed
    from clean.company_parts p
    left join ranked s on s.place = 1 and s.name = lower(p.base) and (p.base = lower(p.base) or p.base = upper(p.base)) and strlen(p.base) <= 200
),
joined as (
    select raw, text, rule, confidence, trimmed, base, known,
        case when text is null then null else concat(front, case when front <> '' then ' ' else '' end, base,
            case when rear <> '' then ' ' else '' end, rear) end as plain,
        concat(front, case when front <> '' then ' ' else '' end, coalesce(known, guessed, base), case when rear <> '' then ' ' else '' end, rear) as spelled
    from cased
),
flagged as (
    -- What the next cleaning would mend, now that damaged letters or quotes show, is too odd to be touched.
    select *, plain <> text and (regexp_matches(plain, '^[''"“]|[''"”]$|[,;/_|~*]$|주식회사.*주식회사|[Â-ô][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]'
            || '|(^|[ -~])[\x{4e00}-\x{9fff}\x{f900}-\x{faff}]|[ㄱ-ㅎ][ㅏ-ㅣ]|[A-Za-z][가-힣][a-z]|%[0-9A-Fa-f]{2}')
        or regexp_full_match(plain, '([ -~가-힣]*[\x{81}-\x{fe}]{2}[ -~가-힣]*)+') and not regexp_matches(plain, '[A-Za-z][\x{81}-\x{ff}]|[\x{81}-\x{ff}][A-Za-z]')) as is_odd
    from joined
),
written as (
    select raw, text, rule, confidence, trimmed, base, known, case when is_odd then text else plain end as plain, case when is_odd then text else spelled end as spelled
    from flagged
),
judged as (
    select raw,
        case when text is null or is_placeholder then null when known is not null or plain = raw then spelled else plain end as value,
        case when text is null then rule when is_placeholder then 'placeholder word' when known is not null then 'company in upper or lower case throughout'
             when plain = raw then 'company perhaps in another case' when plain <> trimmed then 'legal form written one way'
             when trimmed <> text then 'stray characters at the edges' else rule end as rule,
        case when text is null then confidence when is_placeholder or known is not null then least(.95, confidence) when plain = raw then .5
             when plain <> trimmed then least(.98, confidence) when trimmed <> text then least(.97, confidence) else confidence end as confidence
    from (select *, lower(plain) in (select word from clean.placeholders) as is_placeholder from written) w
)
select raw, value, rule, cast(confidence as double) as confidence from judged where value is distinct from raw
