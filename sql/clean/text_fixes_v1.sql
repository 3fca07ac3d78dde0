-- Mend texts of every column: blanks and placeholder words, spaces, full width, invisible characters, decomposed letters.
--
-- grain    one row per scope and text that does not stay as it is
-- returns  scope (key, name, person, text, link: columns that stay text; typed, word: columns that are read further by others),
--          raw, value (NULL: says nothing), rule, confidence (0 to 1)
with mended as (
    select d.scope, d.raw, coalesce(m.value, d.raw) as mended, m.rule, coalesce(m.confidence, 1.0) as confidence
    from clean.doubtful_texts d
    left join clean.damaged_texts m on m.raw = d.raw and d.scope <> 'link'
),
visible as (
    -- Joiners carry meaning in Arabic, Indic and emoji texts only.
    select scope, raw, mended, rule, confidence,
        regexp_replace(
            case when regexp_matches(mended, '[\x{600}-\x{8ff}\x{900}-\x{dff}\x{2600}-\x{27bf}\x{1f000}-\x{1faff}]') then mended
                 else regexp_replace(mended, '[\x{200c}\x{200d}]', '', 'g') end,
            '[\x{00}-\x{08}\x{0e}-\x{1b}\x{7f}-\x{84}\x{86}-\x{9f}\x{ad}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]',
            '', 'g') as text
    from mended
),
narrow as (
    select scope, raw, mended, rule, confidence, text,
        nfc_normalize(translate(text,
            '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')) as narrow
    from visible
),
folded as (
    select scope, raw, mended, rule, confidence, text, narrow, trim(regexp_replace(narrow,
        '[\s\x{0b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+', ' ', 'g')) as value
    from narrow
),
judged as (
    select f.scope, f.raw, f.value, f.rule as mending, f.confidence, p.is_general, f.text <> f.mended as was_hidden, f.narrow <> f.text as was_wide,
        f.scope = 'key' and regexp_full_match(f.value, '[0-9]+\.0') as is_float,
        p.word is not null and f.scope <> 'word' and (p.is_general or f.scope in ('name', 'person', 'typed'))
            -- Family names of living people; a placeholder is rarely written with one capital.
            and not (f.scope = 'name' and f.value in ('Na', 'Nan', 'Null')) as is_placeholder
    from folded f
    left join clean.placeholders p on p.word = lower(f.value)
),
ruled as (
    select scope, raw,
        case when value = '' or is_placeholder then null when is_float then split_part(value, '.', 1) else value end as value,
        case when value = '' then 'blank' when is_placeholder then 'placeholder word' when is_float then 'key written as a decimal'
             when mending is not null then mending
             when was_hidden then 'invisible characters' when was_wide then 'full-width or decomposed' else 'spaces' end as rule,
        least(confidence, case when value = '' then 1.0 when is_placeholder and not is_general then 0.95 when is_placeholder or is_float then 0.99
            else 1.0 end) as confidence
    from judged
)
select scope, raw, value, rule, cast(confidence as double) as confidence from ruled where value is distinct from raw
