-- Mend texts whose letters are damaged: read by a wrong code page, escaped, taken apart, or in stray quotes.
--
-- grain    one row per damaged text that can be mended, of all columns but links
-- returns  raw, value, rule, confidence (0 to 1: how sure it is that the text was damaged that way)
with read as (
    select o.raw, coalesce(again.value, u.text, r.value, j.text) as text,
        case when u.raw is not null then u.rule when r.raw is not null then r.rule when j.raw is not null then 'Hangul in single letters' end as rule,
        case when u.raw is not null then least(0.98, coalesce(again.confidence, 1)) when r.raw is not null then r.confidence
             when j.raw is not null then case when length(j.text) > 1 then 0.97 else 0.92 end end as confidence
    from clean.odd_texts o
    left join clean.unescaped_texts u on u.raw = o.raw
    left join clean.reread_texts again on again.raw = u.text and again.confidence >= 0.95
    left join clean.reread_texts r on r.raw = o.raw and u.raw is null
    left join clean.jamo_texts j on j.raw = o.raw and u.raw is null and r.raw is null
),
bare as (
    select *, regexp_replace(trim(translate(regexp_replace(regexp_replace(coalesce(text, raw), '[\x{00}-\x{08}\x{0e}-\x{1b}\x{7f}-\x{84}\x{86}-\x{9f}\x{ad}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]', '', 'g'),
            '[\s\x{0b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+', ' ', 'g'), '＂＇＝', '"''=')),
            '^“([^“”"]*)”$', '"\1"', 'g') as text_in_quotes
    from read
),
peeled as (
    select *,
        case -- A spreadsheet is told to take ="0123" and '0123 as texts.
             when regexp_full_match(text_in_quotes, '="[^"]*"|=''[^'']*''') then trim(text_in_quotes, '="'' ')
             when regexp_full_match(text_in_quotes, '''[0-9+][0-9 ()+./:-]{2,}') then substring(text_in_quotes, 2)
             when regexp_full_match(text_in_quotes, '["'']+[^"'']*["'']+') and regexp_full_match(text_in_quotes, '".*"|''.*''') then trim(text_in_quotes, '"'' ')
             when regexp_full_match(text_in_quotes, '"([^"]|"")*"') then replace(substring(text_in_quotes, 2, length(text_in_quotes) - 2), '""', '"')
             -- 12" is a length.
             when regexp_full_match(text_in_quotes, '" *[\pL\pN][^"]*') then trim(text_in_quotes, '" ')
             when regexp_full_match(text_in_quotes, '[^"]*\pL *"') then trim(text_in_quotes, '" ') end as inside
    from bare
),
ruled as (
    select raw, coalesce(nullif(inside, ''), text) as value,
        case when rule is not null then rule when regexp_matches(text_in_quotes, '^=|^''[0-9+][^'']*$') then 'spreadsheet guard'
             when regexp_matches(text_in_quotes, '^["''].*["'']$') then 'quotes around a text' else 'stray quote' end as rule,
        coalesce(confidence, case when regexp_matches(text_in_quotes, '^=|^".*"$') then 0.98 else 0.95 end) as confidence
    from peeled
    where text is not null or inside <> ''
)
-- What stood in quotes or spaces may be damaged itself.
select o.raw, coalesce(i.value, r.value) as value, coalesce(i.rule, r.rule) as rule, cast(least(coalesce(r.confidence, 1), coalesce(i.confidence, 1)) as double) as confidence
from clean.odd_texts o
left join ruled r on r.raw = o.raw and r.value is distinct from r.raw
left join ruled i on i.raw = coalesce(r.value, trim(o.raw, ' ' || chr(160))) and i.raw <> o.raw and i.value is distinct from i.raw
where coalesce(i.value, r.value) is not null
