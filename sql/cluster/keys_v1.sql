-- Give every value the keys that values of one meaning share: fingerprint, n-gram fingerprint, spelling in letters, sound.
--
-- grain    one row per value of cluster.folded
-- returns  fingerprint (words sorted, each once), ngrams (pairs of letters sorted, each once), spelled (ASCII, words kept: Cyrillic and
--          Greek letter for letter, each Hangul jamo one character; null for other scripts), sound (Soundex of the whole text without an
--          end after three digits; Hangul by jamo classes: lax, tense and aspirated are one, ㅐ and ㅔ are one)
-- source   fingerprint and n-gram fingerprint: OpenRefine, "Clustering in depth"; Soundex: US patent 1,261,167 (1918)
with lettered as (
    select *, string_split(text, ' ') as words, replace(text, ' ', '') as joined,
        translate(text, 'абвгдежзиклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρστυφχψως',
            'abvgdeJziklmnoprstufhcCSXQYWEUAabgdezhTiklmnXoprstufhPws') as letters
    from cluster.folded
),
parted as (
    -- a syllable is taken apart, what stands between syllables stays whole
    select *, case when regexp_matches(letters, '[가-힣]') then regexp_extract_all(letters, '[가-힣]|[^가-힣]+') end as pieces
    from lettered
),
spelt as (
    select *,
        case when pieces is null then letters
            else array_to_string(list_transform(pieces, lambda c: case when c between '가' and '힣' then replace(concat(
                chr(cast(97 + (unicode(c) - 44032) // 588 as integer)), chr(cast(65 + ((unicode(c) - 44032) % 588) // 28 as integer)),
                substr(' 0123456789tuvwxyzVWXYZ!#$%&', cast((unicode(c) - 44032) % 28 + 1 as integer), 1)), ' ', '') else c end), '') end as spelled,
        -- initials, vowels and finals in the order of Unicode; 0 is silent
        case when pieces is null then replace(letters, ' ', '')
            else array_to_string(list_transform(pieces, lambda c: case when c between '가' and '힣' then concat(
                substr('KKNTTRMPPSS0JJJKTPH', cast((unicode(c) - 44032) // 588 + 1 as integer), 1),
                substr('AEAEUEUEOAEEOUUEIUUII', cast(((unicode(c) - 44032) % 588) // 28 + 1 as integer), 1),
                substr('0KKKNNNTRKMPRRPRMPPTTXTTKTPT', cast((unicode(c) - 44032) % 28 + 1 as integer), 1)) else replace(c, ' ', '') end), '') end as heard
    from parted
),
coded as (
    -- a run of one class counts once, also over h and w; vowels part runs and then go
    select *, replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        translate(replace(replace(heard, 'h', ''), 'w', ''), 'bfpvcgjkqsxzdtlmnraeiouy', '111122222222334556000000'),
        '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g'), '0', '') as code
    from spelt
)
select value, n, place, text, legal, marks, array_to_string(array_sort(array_distinct(words)), ' ') as fingerprint,
    case when length(joined) < 3 then joined else array_to_string(array_sort(array_distinct(
        list_transform(range(1, length(joined)), lambda i: substr(joined, i, 2)))), '') end as ngrams,
    case when regexp_full_match(spelled, '[ -~]+') then spelled end as spelled,
    -- the first letter stays a letter and its own digit goes
    case when regexp_full_match(heard, '[a-z].*') then
            concat(substr(heard, 1, 1), case when regexp_full_match(heard, '[aeiouyhw].*') then code else substr(code, 2) end)
        when regexp_full_match(spelled, '[ -~]+') then code end as sound
from coded
