-- List the keys under which forms meet: whatever two forms share none of is not compared.
--
-- grain    one row per kind, key and form
-- param    max_gram_values  integer = 100000   with more forms than this the keys of six letters in a row are left out: too many rows
-- returns  kind (n-grams, sound, head and tail: one half of the letters is the same, words: all but one word are the same,
--          six letters: anywhere in the text), key (numbers and signs are part of every key), form_no
with lettered as (
    select form_no, marks, text, ngrams, sound, joined, string_split(fingerprint, ' ') as words
    from cluster.forms
),
sized as (
    select *, length(joined) as n_letters from lettered
),
keyed as (
    select 'n-grams' as kind, concat(marks, '/', ngrams) as key, form_no from sized where length(text) > 2
    union all
    select 'sound', concat(marks, '/', sound), form_no from sized where length(sound) > 2
    union all
    -- halves rounded up and down, so that a letter too many or too few leaves one of them as it was
    select 'head', concat(marks, '/', substr(joined, 1, n_letters // 2)), form_no from sized where n_letters > 3
    union all
    select 'head', concat(marks, '/', substr(joined, 1, n_letters // 2 - 1)), form_no from sized where n_letters > 5 and n_letters % 2 = 0
    union all
    select 'tail', concat(marks, '/', right(joined, n_letters // 2)), form_no from sized where n_letters > 3
    union all
    select 'tail', concat(marks, '/', right(joined, n_letters // 2 - 1)), form_no from sized where n_letters > 5 and n_letters % 2 = 0
    union all
    select 'words', concat(marks, '/', array_to_string(filter(words, lambda w: w <> left_out), ' ')), form_no
    from (select form_no, marks, words, unnest(words) as left_out from sized where joined is not null and len(words) between 2 and 8)
    union all
    select distinct 'six letters', concat(marks, '/', substr(joined, i, 6)), form_no
    from (
        select form_no, marks, joined, unnest(range(1, n_letters - 4)) as i from sized
        where n_letters > 8 and (select count(*) from cluster.forms) <= $max_gram_values
    )
)
select kind, key, form_no from keyed
