-- Mark postcodes that are well written and yet lead nowhere today: Korean codes of six digits, lengths that a country does not have.
--
-- grain    one row per postcode text and country text with a mark
-- param    default_country   text = 'KR'   ISO 3166-1 alpha-2 of rows that name no known country
-- returns  raw, country_text, n (contacts), mark (old Korean six digits, not a Korean postcode, not a postcode of the country)
with counted as (
    select postcode as raw, coalesce(country, '') as country_text, count(*) as n
    from source.contacts
    where postcode is not null
    group by postcode, coalesce(country, '')
),
placed as (
    select c.*, case when f.raw is null then c.raw else f.value end as value, coalesce(w.country, upper($default_country)) as country
    from counted c
    left join clean.postcode_fixes f on f.raw = c.raw and f.country_text = c.country_text and f.confidence >= .9
    left join clean.country_words w on w.word = lower(trim(c.country_text))
),
judged as (
    select raw, country_text, n, case
        when country = 'KR' and regexp_full_match(value, '[1-7][0-9]{2}-[0-9]{3}') then 'old Korean six digits'
        when trim(country_text) = '' and regexp_full_match(value, '[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z0-9]{2}') then null
        when country = 'KR' and not regexp_full_match(value, '(0[1-9]|[1-5][0-9]|6[0-3])[0-9]{3}') then 'not a Korean postcode'
        when country = 'US' and not regexp_full_match(value, '[0-9]{5}(-[0-9]{4})?') then 'not a postcode of the country'
        when country in ('DE', 'FR', 'IT', 'ES', 'FI') and not regexp_full_match(value, '[0-9]{5}') then 'not a postcode of the country'
        when country in ('AT', 'CH', 'BE', 'DK', 'NO', 'AU', 'NZ', 'LU') and not regexp_full_match(value, '[0-9]{4}') then 'not a postcode of the country'
        when country = 'GB' and not regexp_full_match(value, '[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}') then 'not a postcode of the country'
        when country = 'CA' and not regexp_full_match(value, '[A-Z][0-9][A-Z] [0-9][A-Z][0-9]') then 'not a postcode of the country'
        when country = 'JP' and not regexp_full_match(value, '[0-9]{3}-[0-9]{4}') then 'not a postcode of the country' end as mark
    from placed
)
select raw, country_text, n, mark from judged where mark is not null
