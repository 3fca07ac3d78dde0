-- Write out letters that stand escaped in a text: &amp; &#44608; &eacute; \uae40 and, of whole texts, %EA%B9%80.
--
-- grain    one row per text with escapes that all can be written out
-- returns  raw, text (full width and invisible characters are mended too), rule
-- engine   duckdb (url_decode, numbers in hexadecimal digits)
with narrow as (
    select raw, trim(translate(regexp_replace(raw, '[\x{200b}\x{200e}\x{200f}\x{2060}\x{feff}]', '', 'g'),
        '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
        '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')) as text
    from clean.odd_texts
    where regexp_matches(raw, '[&＆%％\\＼]')
),
decoded as (
    select raw, text, case when regexp_full_match(text, '"?([A-Za-z0-9_.~*!()+@,-]|%[0-9A-Fa-f]{2})+"?')
                            and regexp_matches(text, '%(25)?[C-Fc-f][0-9A-Fa-f]%(25)?[89ABab][0-9A-Fa-f]')
                           then try(url_decode(replace(regexp_replace(text, '%25([89A-Fa-f][0-9A-Fa-f])', '%\1', 'g'), '+', ' '))) end as unquoted
    from narrow
),
collapsed as (
    -- Escaped twice: &amp;amp; and &#38;lt;.
    select raw, unquoted, regexp_replace(coalesce(unquoted, text), '&(amp;|#0*38;|#[xX]0*26;)+', '&', 'g') as text, text as before
    from decoded
    where unquoted is not null or regexp_matches(text, '&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});|\\u[0-9A-Fa-f]{4}')
),
cut as (
    select raw, regexp_extract_all(text, '&#[0-9]{1,7};|&#[xX][0-9A-Fa-f]{1,6};|&[A-Za-z][A-Za-z0-9]{1,7};'
        || '|\\+u[dD][89abAB][0-9A-Fa-f]{2}\\+u[dD][c-fC-F][0-9A-Fa-f]{2}|\\+u[0-9A-Fa-f]{4}|[^&\\]+|[&\\]') as pieces
    from collapsed
),
pieces as (
    select raw, cast(unnest(generate_series(1, len(pieces))) as integer) as place, unnest(pieces) as piece from cut
),
numbered as (
    select p.raw, p.place, p.piece,
        case when regexp_full_match(p.piece, '&#[0-9]+;') then cast(regexp_extract(p.piece, '[0-9]+') as integer)
             when regexp_full_match(p.piece, '&#[xX][0-9A-Fa-f]+;') then cast('0x' || regexp_extract(p.piece, '([0-9A-Fa-f]+);', 1) as integer)
             when regexp_full_match(p.piece, '\\+u[0-9A-Fa-f]{4}\\+u[0-9A-Fa-f]{4}')
                  then 65536 + (cast('0x' || regexp_extract(p.piece, 'u(.{4})', 1) as integer) - 55296) * 1024
                      + cast('0x' || right(p.piece, 4) as integer) - 56320
             when regexp_full_match(p.piece, '\\+u[0-9A-Fa-f]{4}') then cast('0x' || right(p.piece, 4) as integer)
             else h.code end as code
    from pieces p
    left join clean.html_names h on starts_with(p.piece, '&') and h.name = substring(p.piece, 2, length(p.piece) - 2)
),
lettered as (
    -- Numbers 128 to 159 are meant as letters of code page 1252; other control characters are no text.
    select n.raw, n.place,
        case when n.code is null then n.piece when n.code in (9, 10, 13, 160) then ' ' when n.code between 128 and 159 then w.letter
             when n.code between 32 and 55295 and n.code <> 127 or n.code between 57344 and 65533 or n.code between 65536 and 1114109
                  then chr(n.code) end as letter
    from numbered n
    left join clean.cp1252_letters w on n.code between 128 and 159 and w.code = hex(n.code) and w.letter > '~' and unicode(w.letter) > 159
),
joined as (
    select raw, string_agg(letter, '' order by place) as text
    from lettered
    group by raw
    having count(*) = count(letter)
)
select c.raw, j.text,
    case when c.unquoted is not null then 'URL escapes' when contains(c.before, '\u') then 'Unicode escapes' else 'HTML entities' end as rule
from collapsed c
join joined j on j.raw = c.raw
where j.text <> c.before
  -- What would be written out once more by the next cleaning is nothing that a person wrote.
  and not regexp_matches(j.text, '&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,7});|\\u[0-9A-Fa-f]{4}|[\x{0}-\x{1f}\x{7f}]')
  and not regexp_full_match(j.text, '([A-Za-z0-9_.~*!()+@,-]|%[0-9A-Fa-f]{2})*%[C-Fc-f][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]([A-Za-z0-9_.~*!()+@,-]|%[0-9A-Fa-f]{2})*')
