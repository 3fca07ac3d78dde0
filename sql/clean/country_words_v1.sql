-- List the words by which people name a country: codes, English and Korean names, common other names.
--
-- grain    one row per word
-- returns  word (lower case), country (ISO 3166-1 alpha-2; of a word for two countries the first by code)
with words as (
    select word, country from clean.country_names
    union all select lower(country), country from clean.countries
    union all select lower(iso3), country from clean.countries
    union all select lower(name), country from clean.countries
)
select word, min(country) as country from words group by word
