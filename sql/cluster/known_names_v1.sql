-- List names that are alike and mean different things, so that two of them are never merged: countries, provinces, districts.
--
-- grain    one row per name
-- returns  name (as cluster.folded writes its text)
with names as (
    select word as name from clean.country_words
    union all
    select name from cluster.place_names
)
select distinct trim(regexp_replace(regexp_replace(strip_accents(lower(name)), '[.'']', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')) as name
from names
