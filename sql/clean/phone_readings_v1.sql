-- Read the digits of telephone texts as numbers with a calling code.
--
-- grain    one row per phone text and country text
-- returns  the columns of clean.phone_digits, code (calling code of the country), e164 (digits, NULL: cannot be read), is_callable,
--          way (how it was read: abroad, coded, trunk, short), bare (the digits as a number of another country that lost its plus;
--          NULL: they cannot be), american (as written in North America by a row without a country; NULL: it is not)
-- source   ITU-T E.164; Korean numbering plan: 010, 011 and 016 to 019, area codes 02 and 031 to 064, 070, 050x, 080, 15xx, 16xx, 18xx
with plans as (
    -- Countries that share a calling code: any of their lengths.
    select code, max(trunk) as trunk, min(min_digits) as min_digits, max(max_digits) as max_digits, max(longest) as longest from clean.calling_codes group by code
),
coded as (
    -- With + or 00 before it a number says its country; without, the country of the row decides.
    select d.*, c.code, case when d.country = 'AU' and starts_with(d.dialled, '0011') then substring(d.dialled, 5)
             when d.has_plus then regexp_replace(d.dialled, '^00', '', 'g')
             when starts_with(d.dialled, '00') and substring(d.dialled, 3, 1) <> '0' then substring(d.dialled, 3)
             when c.code = '1' and regexp_matches(d.dialled, '^011[2-9][0-9]{7}') then substring(d.dialled, 4)
             when d.country = 'JP' and regexp_matches(d.dialled, '^010[1-9][0-9]{9}') then substring(d.dialled, 4) end as abroad,
        case when starts_with(d.dialled, c.code) and (length(d.dialled) > c.max_digits and length(d.dialled) - length(c.code) >= c.min_digits
                  or c.country = 'KR' and regexp_matches(d.dialled, '^820?(10|2|[3-6][1-5]|70)[0-9]{7,8}$'))
             then substring(d.dialled, length(c.code) + 1) end as coded,
        case when c.trunk <> '' and starts_with(d.dialled, c.trunk) and length(d.dialled) > c.min_digits
             then substring(d.dialled, length(c.trunk) + 1) end as trunked
    from clean.phone_digits d
    left join clean.calling_codes c on c.country = d.country
),
joined as (
    select *, case when abroad is not null then 'abroad' when coded is not null then 'coded' when trunked is not null then 'trunk' else 'short' end as way,
        coalesce(abroad, code || coalesce(coded, trunked, dialled)) as joined,
        case when abroad is null and trunked is null and regexp_full_match(dialled, '[1-79][0-9]{10,14}') and not regexp_matches(dialled, '^[0-9]{2,3}0') then dialled end as lost
    from coded
),
parted as (
    -- Calling codes have one digit, two or three, and none begins another.
    select j.*, p.trunk as their_trunk, p.min_digits, p.max_digits, p.longest, p.code as their_code, substring(j.joined, length(p.code) + 1) as rest,
        length(j.lost) - length(b.code) between b.min_digits and b.max_digits as is_bare
    from joined j
    left join plans p on p.code = case when j.abroad is null then j.code
        else regexp_extract(j.joined, '^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})') end
    left join plans b on b.code = regexp_extract(j.lost, '^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})')
),
written as (
    -- A zero dialled at home only has no place behind a calling code.
    select *, case when their_trunk in ('0', '06') and starts_with(rest, their_trunk) then substring(rest, length(their_trunk) + 1)
                   when their_code = '375' and starts_with(rest, '0') then substring(rest, 2)
                   when their_code in ('1', '7') and starts_with(rest, their_trunk) and length(rest) > max_digits then substring(rest, 2)
                   else rest end as subscriber
    from parted
)
select raw, country_text, country, has_country, text, rule, confidence, number, dialled, shape, has_plus, is_number, is_damaged, is_several, is_beside,
    is_lettered, n_cells, n_contacts, code, way, case when their_code is null then joined else concat(their_code, subscriber) end as e164,
    coalesce(case when their_code = '82' then regexp_full_match(subscriber, '(10[0-9]{8}|1[16-9][1-9][0-9]{6,7}|2[1-9][0-9]{6,7}'
             || '|(3[1-3]|4[1-4]|5[1-5]|6[1-4])[1-9][0-9]{6,7}|70[1-9][0-9]{7}|50[2-8][0-9]{7,8}|80[0-9]{7,8}|1[568][0-9]{6})')
             when their_code is not null then length(subscriber) between min_digits and longest and length(their_code || subscriber) >= 7
                  and not starts_with(subscriber, '00') and not (their_trunk in ('0', '06') and starts_with(subscriber, '0'))
             else regexp_full_match(joined, '(800|808|870|878|881|882|883|979)[0-9]{6,12}') end, false) as is_callable,
    case when is_bare then lost end as bare,
    case when way in ('short', 'coded') and not has_country and code <> '1' and regexp_full_match(shape, '(1-)?[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}')
         then concat('1', right(dialled, 10)) end as american
from written
