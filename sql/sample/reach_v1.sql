-- Say how each person is reached: e-mail and phone, now and in former years, company, handle, member number.
--
-- grain    one row per person_id
-- param    seed     integer   another seed gives other addresses
-- returns  person_id, household_id, email, former_email, phone, former_phone (as the country writes them),
--          company, instagram (both missing for most), member_no (missing for some)
-- engine   duckdb
with drawn as (
    select
        people.*,
        (md5_number($seed || ':reach:' || people.person_id) >> 64)::ubigint as h,
        countries.dial,
        string_split(countries.mobile_prefixes, '|') as prefixes,
        string_split(countries.mail_domains, '|') as domains,
        people.family_ascii as family,
        people.given_ascii as given,
        -- Eight mobile prefixes of four million numbers each. Factors prime to the modulus: every person has a number
        -- of their own, and another in former years.
        (people.person_id * 48271393 + $seed * 7919) % 32000000 as own,
        (people.person_id * 31622777 + $seed * 104729) % 32000000 + 32000000 as former
    from sample.people
    join sample.countries as countries on countries.country = people.country
),

reached as (
    select
        *,
        case h % 6
            when 0 then given || family
            when 1 then given || '.' || family
            when 2 then family || given[1] || strftime(birth_date, '%y')
            when 3 then given || strftime(birth_date, '%m%d')
            when 4 then given || '_' || family || strftime(birth_date, '%y')
            else given[1] || family || ((h >> 3) % 900 + 100)
        end as mailbox,
        domains[1 + ((h >> 13) % 8)::int] as domain,
        domains[1 + ((h >> 17) % 8)::int] as former_domain,
        prefixes[1 + (own // 4000000)::int] || (own % 4000000 + 2000000) as mobile,
        prefixes[1 + ((former - 32000000) // 4000000)::int]
            || ((former - 32000000) % 4000000 + 6000000) as former_mobile
    from drawn
),

numbered as (
    select *, row_number() over (partition by mailbox, domain order by person_id) as namesake
    from reached
)

select
    numbered.person_id,
    numbered.household_id,
    -- Namesakes at one provider are told apart by a number behind a bar, which no mailbox above has.
    mailbox || if(namesake > 1, '_' || namesake, '') || '@' || domain as email,
    given || lpad(former::varchar, 8, '0') || '@' || former_domain as former_email,
    if(numbered.country = 'KR', mobile[1:3] || '-' || mobile[4:7] || '-' || mobile[8:],
        '+' || dial || ' ' || ltrim(mobile, '0')) as phone,
    if(numbered.country = 'KR', former_mobile[1:3] || '-' || former_mobile[4:7] || '-' || former_mobile[8:],
        '+' || dial || ' ' || ltrim(former_mobile, '0')) as former_phone,
    case
        when (h >> 21) % 100 >= 12 then null
        when numbered.country <> 'KR' then companies.word || if(numbered.country in ('US', 'GB'), ' Inc.', '')
        when (h >> 28) % 3 = 0 then '주식회사 ' || companies.word
        when (h >> 28) % 3 = 1 then '(주)' || companies.word
        else companies.word || '㈜'
    end as company,
    if((h >> 31) % 100 < 15, mailbox || '_' || (h >> 38) % 100, null) as instagram,
    if((h >> 45) % 100 < 35, 'M' || lpad(person_id::varchar, 8, '0'), null) as member_no
from numbered
left join sample.word_slots as companies
    on companies.list = 'company' and companies.country = numbered.country and companies.slot = (h >> 50) % 1024
