-- Find the words in which the forms of each near pair differ.
--
-- grain    one row per pair of cluster.near_pairs
-- returns  the columns of cluster.near_pairs, left_n and right_n (rows), is_same_grams, is_same_sound, is_same_start (first letter), left_words and right_words
--          (words the other side has not, as spelled), left_text and right_text (the same as written)
with met as (
    select p.*, l.ngrams = r.ngrams as is_same_grams, coalesce(l.sound = r.sound, false) as is_same_sound,
        coalesce(left(l.spelled, 1) = left(r.spelled, 1), true) as is_same_start,
        string_split(coalesce(l.spelled, ''), ' ') as left_spelled, string_split(coalesce(r.spelled, ''), ' ') as right_spelled,
        string_split(l.text, ' ') as left_words, string_split(r.text, ' ') as right_words, l.n as left_n, r.n as right_n
    from cluster.near_pairs p
    join cluster.forms l on l.form_no = p.left_no
    join cluster.forms r on r.form_no = p.right_no
)
select left_no, right_no, left_n, right_n, n_letters, distance, likeness, is_same_letters, is_same_grams, is_same_sound, is_same_start,
    filter(left_spelled, lambda w: not array_contains(right_spelled, w)) as left_words,
    filter(right_spelled, lambda w: not array_contains(left_spelled, w)) as right_words,
    filter(left_words, lambda w: not array_contains(right_words, w)) as left_text,
    filter(right_words, lambda w: not array_contains(left_words, w)) as right_text
from met
