-- Spread the names of each culture over 4,096 slots, common names over more of them.
--
-- grain    one row per culture, part and slot
-- returns  culture, part (family, female, male), slot (0 to 4095), name, roman (in Latin letters), romans
--          (list of spellings in use), ascii (a to z, as mailboxes have it)
-- engine   duckdb
with names as (
    select
        culture,
        part,
        name,
        roman,
        string_split(romans, '|') as romans,
        regexp_replace(lower(strip_accents(replace(roman, 'ß', 'ss'))), '[^a-z]', '', 'g') as ascii,
        weight::bigint as weight,
        sum(weight::bigint) over (partition by culture, part order by name rows unbounded preceding) as up_to,
        sum(weight::bigint) over (partition by culture, part) as total
    from sample.names
)

select
    culture,
    part,
    -- From the first slot that is not the name's before it to the last of its own.
    unnest(range(
        (((up_to - weight) * 4096 + total - 1) // total)::bigint, ((up_to * 4096 + total - 1) // total)::bigint
    )) as slot,
    name,
    roman,
    romans,
    ascii
from names
