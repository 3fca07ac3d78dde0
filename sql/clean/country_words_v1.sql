-- List the words by which people name a country: codes, English and Korean names, common other names.
--
-- grain    one row per word
-- returns  word (lower case; with and without a last point and a leading the), country (ISO 3166-1 alpha-2; of a word for two countries the first by code)
with named as (
    select word, country from clean.country_names
    union all select lower(country), country from clean.countries
    union all select lower(iso3), country from clean.countries
    union all select lower(name), country from clean.countries
    union all select 'the ' || lower(name), country from clean.countries
),
words as (
    select word, country from named
    union all select regexp_replace(word, '[.]$', '', 'g'), country from named
    union all select replace(word, ' ', ''), country from named where word >= '가'
)
select word, min(country) as country from words group by word
