-- Read texts again that were read by a wrong code page, where the result says more.
--
-- grain    one row per text
-- returns  raw, value, rule, confidence (0 to 1)
with rare_syllables as (
    select distinct r.raw, r.choice, true as is_rare
    from (select raw, choice, unnest(string_split(text, '')) as letter from clean.readings where choice in (3, 4)) r
    join clean.cp949_letters l on l.letter = r.letter and not l.is_common
),
judged as (
    select r.raw, regexp_replace(text, '\x{feff}', '', 'g') as value, rule, r.choice,
        case when not regexp_full_match(text, '[ -~À-ÖØ-öø-žƏəƠơƯưǍ-ǜȘ-ț\x{300}-\x{36f}΄-ώЀ-ӿԱ-֏א-ת؀-ۿ\x{900}-\x{1fff}\x{3000}-\x{9fff}가-힣\x{ff00}-\x{ffef}\x{1f300}-\x{1faff}·’‘“”„–—…•€£¥©®™°²³¼½¾§«»¡¿ªº×±´\x{a0}\x{feff}\t\r\n]*')
                  -- Nor single letters of Hangul, which would be put together next.
                  or regexp_matches(text, '[ㄱ-ㅎ][ㅏ-ㅣ]') then 0
             when r.choice in (1, 2) then case
                 -- Letters of another alphabet come in words; a small accented letter does not follow two capitals.
                 when regexp_matches(text, '[A-Z][A-ZÀ-ÖØ-Þ][à-öø-ÿ]|[À-ÖØ-öø-ž][\x{80}-\x{bf}€]') then 0
                 when regexp_matches(text, '[΄-ώЀ-ӿԱ-֏א-ת؀-ۿ]') and not regexp_matches(text, '[΄-ώЀ-ӿԱ-֏א-ת؀-ۿ]{2}') then 0
                 when regexp_full_match(text, '[À-ž]') then 0.8 else 0.99 end
             when r.choice in (3, 4) then case
                 when regexp_matches(text, '[가-힣]') then case
                     when not regexp_full_match(text, '[ -~가-힣·’‘“”–—…]*') then 0
                     when is_rare then 0.85 when r.choice = 3 then 0.98
                     when regexp_matches(r.raw, '[가-힣].*[가-힣]') and regexp_matches(text, '[가-힣]{2}') then 0.95 else 0 end
                 when not regexp_full_match(text, '[ -~À-ÖØ-öø-žƠơƯưẠ-ỹ]*') or regexp_matches(text, '[A-Z]{2}[à-ÿ]') then 0
                 -- A typeface may be called Times체.
                 when regexp_matches(r.raw, '[창채책챔챗처척천철첩첫체첼]($|[^가-힣A-Za-z])') then 0.6 else 0.96 end
             when regexp_matches(text, '[가-힣].*[가-힣]') then case
                 -- Capitals alone, or letters alone, may be somebody's word.
                 when not regexp_matches(r.raw, '[^ -~À-ÖØ-Þ]') then 0.8 when regexp_matches(r.raw, '[^ -~À-ÖØ-öø-ÿ]') then 0.98 else 0.85 end
             when regexp_matches(r.raw, '^[^ -~]{2}$') then case
                 when not regexp_matches(r.raw, '[\x{ad}À-ÖØ-öø-ÿ]') then 0.7 when regexp_matches(r.raw, '[^À-ÖØ-öø-ÿ]') then 0.92 else 0.85 end
             else 0 end as confidence
    from clean.readings r
    left join rare_syllables s on s.raw = r.raw and s.choice = r.choice
),
best as (
    select *, row_number() over (partition by raw order by choice, value) as rank,
        count(case when confidence >= 0.95 then 1 end) over (partition by rule) as n_sure
    from (select *, max(case when choice = 1 then 1 else 0 end) over (partition by raw) as is_twice from judged)
    -- Half mended is not mended.
    where confidence > 0 and not (choice = 2 and is_twice = 1)
)
-- Where many texts of the data are surely damaged in one way, the less sure ones are too, and two signs are a syllable: ³² is 남.
select raw, value, rule, cast(case when confidence in (0.7, 0.85) and n_sure >= 5 then 0.95 else confidence end as double) as confidence
from best where rank = 1 and (confidence <> 0.7 or n_sure >= 5)
