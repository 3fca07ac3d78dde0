-- Fold the values of one column for comparison: case, width, accents, punctuation, legal forms of companies.
--
-- grain    one row per value of max_length characters at most that holds a letter or digit
-- param    is_company  boolean = false   legal forms (Inc, GmbH, 주식회사) say nothing about which company it is
-- param    max_length  integer = 300     a longer text is no name of a thing and is left out
-- returns  n (rows), place (1 is the value that survives best: frequent, well formed, long, first), text (words of letters and digits,
--          single spaces), legal (legal forms taken out), marks (numbers, signs, Roman numerals: never merged when they differ)
with narrowed as (
    select value, n,
        -- every kind of space is a space
        regexp_replace(lower(translate(replace(replace(nfc_normalize(value), '㈜', '(주)'), '㈔', '(사)'),
            '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')),
            '[\s\x{0b}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+', ' ', 'g') as narrow
    from cluster.value_counts
    where length(value) <= $max_length
),
folded as (
    -- in Indic, Arabic, Thai and kana writing a mark is a letter; elsewhere it is an accent
    select value, n, case
        when regexp_full_match(narrow, '[ -~가-힣]*') then narrow
        when regexp_full_match(narrow, '[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hangul}\p{Han}\p{Common}\p{Inherited}]*') then
            translate(replace(replace(replace(strip_accents(narrow), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'øłđıð', 'oldid')
        else narrow end as folded
    from narrowed
),
parted as (
    select *,
        case when $is_company then regexp_extract_all(folded, '[(] ?(?:주|유|합자|합명|사|재|의|학|복) ?[)]|주식회사|유한(?:책임)?회사|합자회사'
            || '|합명회사|사단법인|재단법인|의료법인|학교법인|사회복지법인|株式会社|有限会社|股份有限公司|有限责任公司|有限公司') end as hangul_forms,
        -- points and apostrophes stand within words, all other punctuation between them
        trim(regexp_replace(regexp_replace(regexp_replace(replace(case when $is_company then regexp_replace(folded,
            '[(] ?(?:주|유|합자|합명|사|재|의|학|복) ?[)]|주식회사|유한(?:책임)?회사|합자회사|합명회사|사단법인|재단법인|의료법인|학교법인|사회복지법인'
            || '|株式会社|有限会社|股份有限公司|有限责任公司|有限公司', ' ', 'g') else folded end, '&', ' and '),
            '[.''’‘`´\p{Cc}\p{Cf}]', '', 'g'), '[^\p{L}\p{N}\p{M}\p{So}]+', ' ', 'g'), ' +', ' ', 'g')) as spoken
    from folded
),
trimmed as (
    select *, case when $is_company then regexp_extract(spoken, '(?: (?:and|inc|incorporated|llc|llp|lp|ltd|limited|corp|corporation|co|company|plc|gmbh'
        || '|mbh|ag|kg|ohg|ug|sa|sarl|sas|srl|sl|bv|nv|kk|oy|oyj|pty|pte|pvt|private|proprietary|sdn|bhd))+$') else '' end as latin_forms
    from parted
),
texts as (
    select value, n, folded, substr(spoken, 1, length(spoken) - length(latin_forms)) as text,
        array_to_string(array_sort(array_distinct(filter(list_transform(
            flatten([coalesce(hangul_forms, []), string_split(trim(latin_forms), ' ')]),
            lambda form: case when form in ('incorporated', 'inc', 'corporation', 'corp') then 'inc' when form in ('limited', 'ltd') then 'ltd'
                when form in ('co', 'company', 'and', '') then null
                else coalesce(nullif(regexp_extract(form, '주|유|합자|합명|사|재|의|학|복'), ''), form) end),
            lambda form: form is not null))), ' ') as legal
    from trimmed
)
select value, n, text, legal,
    array_to_string(flatten([regexp_extract_all(concat(' ', folded), '[ (]-[0-9]|\p{N}+|[+#%$€£₩¥°]'), array_sort(regexp_extract_all(
        concat(' ', replace(text, ' ', '  '), ' '), ' (?:[a-z][동호관반]|ii|iii|iv|vi|vii|viii|ix|xi|xii|xiii) '))]), '|') as marks,
    row_number() over (order by n desc, not regexp_matches(value, '^[^\p{L}\p{N}\p{So}(#@]|[\s,;:]$|\s\s') desc,
        case when value = lower(value) and value = upper(value) then 2 when value = upper(value) then 0 when value = lower(value) then 1 else 2 end desc,
        length(value) desc, value) as place
from texts
where text <> ''
