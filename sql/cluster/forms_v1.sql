-- Bring values of one fingerprint together: what is left to compare are the forms.
--
-- grain    one row per fingerprint and marks
-- returns  form_no (1 survives best: most rows, then the place of its best value), value (the best one), n (rows), n_values, place, text,
--          legal, ngrams, spelled, joined (spelled without spaces), sound, is_known (a name of a list of names that are alike and mean different things)
with forms as (
    select fingerprint, marks, min(place) as place, sum(n) as n, count(*) as n_values
    from cluster.keys
    group by fingerprint, marks
)
select row_number() over (order by f.n desc, f.place) as form_no,
    f.fingerprint, f.marks, k.value, f.n, f.n_values, f.place, k.text, k.legal, k.ngrams, k.spelled, replace(k.spelled, ' ', '') as joined, k.sound,
    o.name is not null as is_known
from forms f
join cluster.keys k on k.place = f.place
left join cluster.known_names o on o.name = k.text
