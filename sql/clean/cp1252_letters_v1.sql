-- List the letters of the Western code page 1252 beyond ASCII with their bytes; Latin-1 is in it, control characters included.
--
-- grain    one row per letter
-- returns  letter, code (two hexadecimal digits, upper case)
-- source   Windows code page 1252 over ISO 8859-1
-- engine   duckdb (hexadecimal digits)
with special as (
    -- A point where the code page has no letter.
    select '€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ' as letters
),
plain as (
    select cast(unnest(generate_series(128, 255)) as integer) as place
)
select chr(place) as letter, hex(place) as code from plain
union all
select substring(s.letters, p.place - 127, 1), hex(p.place)
from plain p, special s where p.place < 160 and substring(s.letters, p.place - 127, 1) <> '.'
