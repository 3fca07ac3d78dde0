-- Put Hangul together that was taken apart into single letters: ㄱㅣㅁ is 김.
--
-- grain    one row per text of nothing but letters that make syllables in one way only
-- returns  raw, text
-- source   Unicode: a syllable is 19 initials by 21 vowels by 28 finals, the first of them none
-- engine   duckdb (codes of letters)
with parts as (
    -- A consonant before a vowel begins a syllable. What follows the vowel, one letter at most, ends it.
    select raw, string_split(regexp_replace(trim(raw), '([ㄱ-ㅎ])([ㅏ-ㅣ])', '/\1\2', 'g'), '/') as syllables
    from clean.odd_texts
    where regexp_full_match(raw, '\s*([ㄱ-ㅎ][ㅏ-ㅣ][ㄱ-ㅎ]?)+( ([ㄱ-ㅎ][ㅏ-ㅣ][ㄱ-ㅎ]?)+)*\s*')
),
letters as (
    select raw, cast(unnest(generate_series(1, len(syllables))) as integer) as place, unnest(syllables) as syllable from parts
),
numbered as (
    select raw, place, syllable, strpos('ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ', left(syllable, 1)) as initial,
        unicode(substring(syllable, 2, 1)) - 12623 as vowel, trim(substring(syllable, 3)) as rest,
        strpos('ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ', trim(substring(syllable, 3))) as final
    from letters
    where syllable <> ''
),
composed as (
    select raw, place, case when initial > 0 and (rest = '' or final > 0)
        then chr(cast(44032 + ((initial - 1) * 21 + vowel) * 28 + case when rest = '' then 0 else final end as integer))
             || case when contains(syllable, ' ') then ' ' else '' end end as syllable
    from numbered
)
select raw, string_agg(syllable, '' order by place) as text
from composed
group by raw
having count(*) = count(syllable)
