-- Bring regions and cities to one name each: 서울, 서울시 and Seoul to 서울특별시, abolished names to those of today.
--
-- grain    one row per kind, text and country text that do not stay as they are
-- returns  kind (region, city), raw, country_text ('' for none: the country as the row had it), value, rule, confidence; a name that several
--          provinces have (중구, 고성군) stays, and so does what is not Korean but for a state behind an American city
with parted as (
    select *, lower(text) as word, replace(text, ' ', '') as joined, split_part(text, ' ', 1) as head,
        replace(substr(text, length(split_part(text, ' ', 1)) + 1), ' ', '') as tail
    from clean.place_texts
    where strlen(text) <= 200
),
names as (
    select replace(district, ' ', '') as joined, min(district) as district from clean.districts group by replace(district, ' ', '')
),
shorts as (
    -- 수원 for 수원시, 강남 for 강남구: where one district only has that name.
    select regexp_replace(split_part(concat(' ', district), ' ', -1), '[시군구]$', '', 'g') as short, min(district) as district
    from clean.districts
    group by regexp_replace(split_part(concat(' ', district), ' ', -1), '[시군구]$', '', 'g')
    having count(*) = 1 and length(regexp_replace(split_part(concat(' ', min(district)), ' ', -1), '[시군구]$', '', 'g')) >= 2
),
former as (
    select replace(former, ' ', '') as joined, min(coalesce(nullif(now_district, ''), now_province)) as value, bool_and(is_whole) as is_whole
    from clean.former_districts
    group by replace(former, ' ', '')
    having count(distinct concat(now_province, now_district)) = 1
),
looked_up as (
    select m.kind, m.raw, m.country_text, m.text, m.text_rule, m.text_confidence, m.country, m.joined,
        p.province, p.rule as province_rule,
        -- 광주 may be the city in 경기도 (and 광주시 is), 제주 the city or the island; 세종시 is its own city.
        case when m.kind = 'city' and p.province = '광주광역시' and m.text not like '%광역시' then least(p.confidence, 0.7) else p.confidence end as province_confidence,
        n.district as name, f.value as now, f.is_whole, s.district as short, h.province as head_province, h.rule as head_rule,
        d.province as inner_province, d.district as inner_district, x.is_whole as is_inner_whole,
        case when m.country = 'US' and m.kind = 'city' and regexp_full_match(m.text, '[^,0-9]{3,}[, ] ?(A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]'
            || '|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])') then trim(left(m.text, length(m.text) - 2), ' ,') end as without_state
    from parted m
    left join clean.province_words p on p.word = m.word and m.country = 'KR' and m.word <> '광주시'
        and not (m.kind = 'city' and p.province in ('세종특별자치시', '제주특별자치도') and m.text not like '%특별%' and m.word <> '제주도')
    left join names n on n.joined = m.joined and m.country = 'KR'
    left join former f on f.joined = m.joined and m.country = 'KR'
    left join shorts s on s.short = m.text and m.country = 'KR' and m.kind = 'city'
    left join clean.province_words h on h.word = m.head and m.tail <> '' and m.country = 'KR'
    left join clean.district_words d on d.in_province = h.province and d.word = m.tail
    left join clean.former_districts x on x.province = h.province and replace(x.former, ' ', '') = m.tail
),
ruled as (
    select kind, raw, country_text, text, text_rule, text_confidence,
        case when province is not null then province when name is not null then name when now is not null then now
             when inner_province is not null then concat_ws(' ', inner_province, inner_district)
             when short is not null then short else without_state end as value,
        case when province is not null then province_rule when name is not null then 'district written together' when now is not null then 'former district'
             when inner_province is not null then case when is_inner_whole is not null then 'former district' else head_rule end
             when short is not null then 'district without its ending' else 'state behind a city' end as rule,
        case when province is not null then province_confidence when name is not null then 1.0 when now is not null then case when is_whole then 0.97 else 0.8 end
             when inner_province is not null then case when is_inner_whole is false then 0.8 else 0.95 end
             when short is not null then case when suffix(short, '시') and short <> '제주시' then 0.95 else 0.8 end else 0.6 end as confidence
    from looked_up
)
select m.kind, m.raw, m.country_text, coalesce(r.value, m.text) as value,
    case when r.value <> m.text then r.rule else m.text_rule end as rule,
    cast(case when r.value <> m.text then least(r.confidence, coalesce(m.text_confidence, 1.0)) else m.text_confidence end as double) as confidence
from clean.place_texts m
left join ruled r on r.kind = m.kind and r.raw = m.raw and r.country_text = m.country_text
where coalesce(r.value, m.text) is distinct from m.raw
