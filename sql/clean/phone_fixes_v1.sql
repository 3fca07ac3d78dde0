-- Write telephone numbers in E.164: +821012345678.
--
-- grain    one row per phone text and country text that do not stay as they are
-- returns  raw, country_text ('' for none: the country as the row had it), value (NULL: cannot be called), rule
-- source   ITU-T E.164; Korean numbering plan: 010, 011 and 016 to 019, area codes 02 and 031 to 064, 070, 050x, 080, 15xx, 16xx, 18xx
with lengths as (
    select code, min(min_digits) as min_digits, max(max_digits) as max_digits from clean.calling_codes group by code
),
joined as (
    -- With + or 00 before it a number says its country; without, the country of the row decides.
    select d.*, c.code, d.has_plus or regexp_matches(d.dialled, '^00[1-9]') as is_abroad,
        case when d.has_plus or regexp_matches(d.dialled, '^00[1-9]') then regexp_replace(d.dialled, '^00', '', 'g')
             when starts_with(d.dialled, c.code) and length(d.dialled) > c.max_digits then d.dialled
             when c.country = 'KR' and regexp_matches(d.dialled, '^820?(10|2|[3-6][1-5]|70)[0-9]{7,8}$') then d.dialled
             when c.trunk <> '' and starts_with(d.dialled, c.trunk) and length(d.dialled) > c.min_digits
                  then c.code || substr(d.dialled, 1 + length(c.trunk))
             else c.code || d.dialled end as joined
    from clean.phone_digits d
    left join clean.calling_codes c on c.country = d.country
),
written as (
    -- Calling codes of countries that dial a zero first, at home only. A number too long for its country that begins with
    -- a calling code has lost its plus: bare.
    select *,
        regexp_replace(joined, '^(82|81|86|20|27|31|32|33|40|41|43|44|46|49|60|61|62|63|64|66|84|90|91|353|358|380|886|971|972)0+',
            '\1', 'g') as e164,
        case when not is_abroad and regexp_full_match(dialled, '[1-79][0-9]{10,14}') and not regexp_matches(dialled, '^[0-9]{2,3}0')
             then dialled end as bare
    from joined
),
measured as (
    -- Calling codes have one digit, two or three, and none begins another.
    select w.*, l.code is not null as is_known, length(w.e164) - length(l.code) between l.min_digits and l.max_digits as is_long_enough,
        length(w.bare) - length(b.code) between b.min_digits and b.max_digits as is_bare
    from written w
    left join lengths l on l.code = regexp_extract(w.e164, '^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})')
    left join lengths b on b.code = regexp_extract(w.bare, '^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})')
),
judged as (
    select *,
        case when starts_with(e164, '82') then regexp_full_match(e164, '82(10[0-9]{8}|1[16-9][1-9][0-9]{6,7}|2[1-9][0-9]{6,7}'
                 || '|(3[1-3]|4[1-4]|5[1-5]|6[1-4])[1-9][0-9]{6,7}|70[1-9][0-9]{7}|50[2-8][0-9]{7,8}|80[0-9]{7,8}|1[568][0-9]{6})')
             when is_known then is_long_enough and length(e164) >= 8
             else regexp_full_match(e164, '[1-9][0-9]{7,14}') end as is_callable,
        regexp_matches(dialled, '0{7}$') or regexp_full_match(dialled, '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)') as is_placeholder
    from measured
),
ruled as (
    select raw, country_text,
        case when not is_number or is_placeholder then null when is_callable then '+' || e164 when is_bare then '+' || bare end as value,
        case when text is null then rule
             when is_damaged then 'phone damaged by a spreadsheet'
             when is_placeholder then 'placeholder phone'
             when is_number and is_callable is not true and is_bare then 'phone without its plus'
             when is_number and joined is null then 'no calling code known for the country'
             when (is_number and is_callable) is not true then 'not a phone number'
             when is_several then 'first of several numbers'
             when regexp_matches(text, '[a-z#가-힣]') then 'words or extension beside a phone'
             else 'phone written another way' end as rule
    from judged
)
select raw, country_text, value, rule from ruled where value is distinct from raw
