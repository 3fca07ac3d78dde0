-- Read the bytes of suspect texts in every other way that they can be read in.
--
-- grain    one row per text and way
-- returns  raw, text, rule (the way), choice (a smaller one is more likely)
-- engine   duckdb (bytes of letters)
with unicode as (
    -- A Korean page drops a lone byte 80, the last of a letter: it is put back where one is missing.
    select raw, page, bytes, try(decode(unhex(bytes))) as once,
        case when page = 'cp949' and not contains(raw, chr(128)) then try(decode(unhex(replace(regexp_replace(
            regexp_replace(bytes, '(..)', '\1 ', 'g'), '(E[A-D] [89AB][0-9A-F] )([0-7C-F]|$)', '\1 80 \2', 'g'), ' ', '')))) end as completed
    from clean.respelt_texts
),
once_letters as (
    select raw, cast(unnest(generate_series(1, length(once))) as integer) as place, unnest(string_split(once, '')) as letter
    from unicode where page = 'cp1252' and regexp_matches(once, '[Â-ô][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]')
),
twice_bytes as (
    select l.raw, string_agg(case when l.letter <= '~' then hex(l.letter) else p.code end, '' order by l.place) as bytes
    from once_letters l
    left join clean.cp1252_letters p on p.letter = l.letter
    group by l.raw
    having count(*) = count(case when l.letter <= '~' then l.letter else p.code end)
),
pairs as (
    select raw, bytes, regexp_extract_all(bytes, '[0-7].|[89A-F]...') as codes from clean.respelt_texts where page = 'cp1252'
),
pair_letters as (
    select raw, bytes, cast(unnest(generate_series(1, len(codes))) as integer) as place, unnest(codes) as code from pairs
),
korean as (
    select p.raw, string_agg(case when strlen(p.code) = 2 then decode(unhex(p.code)) else l.letter end, '' order by p.place) as text
    from pair_letters p
    left join clean.cp949_letters l on l.code = p.code
    group by p.raw, p.bytes
    having sum(strlen(p.code)) = strlen(p.bytes) and count(*) = count(case when strlen(p.code) = 2 then p.code when l.is_common then p.code end)
),
readings as (
    select u.raw, try(decode(unhex(t.bytes))) as text, 'UTF-8 twice read as Latin-1' as rule, 1 as choice
    from twice_bytes t join unicode u on u.raw = t.raw and u.page = 'cp1252'
    union all select raw, once, 'UTF-8 read as Latin-1', 2 from unicode where page = 'cp1252'
    union all select raw, once, 'UTF-8 read as Korean', 3 from unicode where page = 'cp949'
    union all select raw, completed, 'UTF-8 read as Korean', 4 from unicode where page = 'cp949'
    union all select raw, text, 'Korean read as Latin-1', 5 from korean
)
select raw, text, rule, choice from readings where text is not null and text <> raw
