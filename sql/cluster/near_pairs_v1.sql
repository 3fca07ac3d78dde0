-- Measure each pair of forms and keep those with few letters apart.
--
-- grain    one row per pair of cluster.pairs whose forms may be alike
-- returns  left_no, right_no, n_letters (of the longer; 0 in scripts that are not spelled in letters), distance (letters wrong, missing,
--          too many or swapped), likeness (Jaro-Winkler), is_same_letters (only spaces and punctuation differ)
with met as (
    select p.left_no, p.right_no, l.joined as left_joined, r.joined as right_joined,
        greatest(length(l.joined), length(r.joined)) as n_letters,
        -- the same letters in all scripts, or as many as a few typos leave
        case when l.joined is null or r.joined is null then replace(l.text, ' ', '') = replace(r.text, ' ', '')
            when abs(length(l.joined) - length(r.joined)) * 5 <= greatest(length(l.joined), length(r.joined)) + 3
                then round(jaro_winkler_similarity(l.joined, r.joined), 6) >= 0.8
            else false end as may_be_alike
    from cluster.pairs p
    join cluster.forms l on l.form_no = p.left_no
    join cluster.forms r on r.form_no = p.right_no
    -- two names of a list of different things stay two
    where not (l.is_known and r.is_known)
),
measured as (
    -- the slow measure is taken of the few that the fast one leaves
    select left_no, right_no, n_letters, left_joined, right_joined,
        case when may_be_alike then coalesce(damerau_levenshtein(left_joined, right_joined), 0) end as distance
    from met
    where may_be_alike
)
select left_no, right_no, coalesce(n_letters, 0) as n_letters, distance,
    case when n_letters is null then 1.0 else round(jaro_winkler_similarity(left_joined, right_joined), 6) end as likeness,
    distance = 0 as is_same_letters
from measured
where n_letters is null or distance * 5 <= n_letters + 3
