-- Say which forms are taken for one value, by which method, and how sure that is.
--
-- grain    one row per pair of forms that are alike; left survives better than right
-- param    is_name  boolean = false   names of people: one letter often makes another person
-- param    least    double = 0.6      less sure than this is left out
-- returns  left_no, right_no, method, distance, confidence (0 to 1; above 0.94 only spaces differ)
with paired as (
    select *, len(left_words) as n_words, len(left_words) = len(right_words) as is_paired,
        array_to_string(left_words, '') as left_rest, array_to_string(right_words, '') as right_rest
    from cluster.words_apart
),
shared as (
    -- words are set side by side in the order they stand in; of a short word one letter is too much
    select *, case
        when is_paired then list_transform(range(1, n_words + 1), lambda i: case
            when greatest(length(left_words[i]), length(right_words[i])) < 4 then 1.0
            else cast(damerau_levenshtein(left_words[i], right_words[i]) as double)
                / nullif(greatest(length(left_words[i]), length(right_words[i])), 0) end)
        -- a word too many is another value; words run together with a typo are not
        when left_rest = '' or right_rest = '' or greatest(length(left_rest), length(right_rest)) < 6 then [1.0]
        else [cast(damerau_levenshtein(left_rest, right_rest) as double)
            / nullif(greatest(length(left_rest), length(right_rest)), 0)] end as shares
    from paired
),
weighed as (
    select *, regexp_matches(concat(left_text[1], right_text[1]), '[가-힣]') as is_hangul,
        greatest(coalesce(array_sort(shares)[len(shares)], 0.0), coalesce(cast(distance as double) / nullif(n_letters, 0), 0.0)) as worst,
        greatest(distance - greatest(n_words, 1), 0) as n_more_typos
    from shared
),
judged as (
    select p.*,
        case when is_same_letters then 'n-gram fingerprint'
             when is_same_grams and distance <= 2 and worst <= 0.35 then 'n-gram fingerprint'
             when is_paired and n_words between 1 and 12 and likeness >= 0.8 and worst <= case when left_n >= 10 * right_n then 0.3 else 0.25 end
                then case when is_same_sound then 'nearest neighbour, sounds alike' else 'nearest neighbour' end
             when is_paired and n_words = 1 and worst <= 0.4 and is_same_sound and likeness >= 0.85 then 'sounds alike'
             when not is_paired and likeness >= 0.8 and worst <= 0.2 then 'nearest neighbour' end as method
    from weighed p
    -- 한빛물산 and 한국물산: a syllable that differs in more than one jamo is another syllable, unless both sound alike
    where (n_more_typos = 0 or is_same_sound or is_hangul is not true)
        -- 신사동 and 심사동: short names of places fill the space of what can be spelled
        and not (coalesce(is_hangul, false) and n_words = 1 and n_letters < 10 and right(left_text[1], 1) = right(right_text[1], 1)
            and right(left_text[1], 1) in ('동', '리', '읍', '면', '구', '군', '시', '도', '로', '길'))
),
-- 남부지점 and 북부지점: parts of Hangul words count as words
parted as (
    select distinct j.left_no, j.right_no
    from (select left_no, right_no, unnest(left_text) as left_word, unnest(right_text) as right_word from judged where method is not null and is_paired) j
    join cluster.opposites o on j.left_word = o.word and j.right_word = o.other
        or o.word >= '가' and (starts_with(j.left_word, o.word) and starts_with(j.right_word, o.other)
                and substr(j.left_word, 1 + length(o.word)) = substr(j.right_word, 1 + length(o.other))
            or suffix(j.left_word, o.word) and suffix(j.right_word, o.other)
                and left(j.left_word, length(j.left_word) - length(o.word)) = left(j.right_word, length(j.right_word) - length(o.other)))
),
rated as (
    select j.*,
        case when is_same_letters then 0.95 when j.method = 'n-gram fingerprint' then 0.85
             else case when is_paired then 0.98 else 0.9 end - case when is_hangul then 1.7 else 1.0 end * worst - least(0.1, 0.03 * n_more_typos)
                + case when is_same_sound then 0.03 else 0.0 end - case when is_same_start then 0.0 else 0.1 end end as base,
        -- a typo is rare beside what it was meant to be; two frequent values are two values
        case when is_same_letters then 0.0 when right_n >= 5 and left_n < 10 * right_n then -0.35 when right_n >= 3 and left_n < 5 * right_n then -0.2
             when left_n >= 20 * right_n then 0.09 when left_n >= 5 * right_n then 0.07 when left_n >= 3 * right_n then 0.03
             when left_n = right_n then -0.1 else 0.0 end as evidence
    from judged j
    left join parted a on a.left_no = j.left_no and a.right_no = j.right_no
    where j.method is not null and a.left_no is null
)
select left_no, right_no, method, distance, confidence
from (
    select *, round(least(case when is_same_letters then 0.98 else 0.94 end, greatest(0.0,
        base + evidence - case when $is_name and not is_same_letters then 0.25 else 0.0 end)), 2) as confidence
    from rated
)
where confidence >= $least
