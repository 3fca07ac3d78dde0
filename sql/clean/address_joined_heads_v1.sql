-- Find province and district at the head of Korean addresses that are not written in words: 서울강남구테헤란로123.
--
-- grain    one row per address text of clean.address_heads in which nothing was found
-- returns  address, postcode, province, district (names of today; NULL: not said), rest (what follows)
-- engine   duckdb
with tight as (
    -- Whatever the words did not tell is read by the endings of names: 서울강남구테헤란로123. Few cities have 구 or 군 in their name.
    select address, postcode, rest as text, regexp_extract(rest,
        '^(?:((?:서울|세종)(?:특별자치시|특별시|시)?|(?:부산|대구|인천|광주|대전|울산)(?:광역시|직할시|시)?|경기도?|(?:강원|제주|전북)(?:특별자치도|도)?'
        || '|충북|충남|전남|경북|경남|(?:충청|전라|경상)[북남]도)[ ,]*)?((?:(군포시|군산시|구리시|구미시'
        || '|[가-\x{ad6b}\x{ad6d}-\x{ad6f}\x{ad71}-힣]{1,4}?시|시)[ ,]*)?((?:(양구군|[가-힣]{1,6}?[구군])[ ,]*)?(.*)))$',
        ['p', 'behind_p', 'si', 'behind_si', 'gu', 'behind_gu']) as t
    from clean.address_heads
    where not is_found
),
slow as (
    select t.address, t.postcode, t.text, t.t,
        two.word is not null as is_two, one.word is not null as is_one, p.province as p_province,
        -- 대구로 12, 세종대로 110 and 서울시청 name no province.
        p.word is not null and (length(p.word) > 2 and not (length(p.word) = 3 and starts_with(t.t.behind_p, '청')) or left(t.text, 3) in (p.word || ' ', p.word || ',')
            or p.word = '세종' and regexp_matches(t.t.behind_p, '^[가-힣]{1,4}[읍면동]')) as is_province,
        -- A district younger than the list.
        t.t.si = '' and length(t.t.gu) >= 3 and starts_with(t.t.behind_p, t.t.gu || ' ') as is_new,
        case when two.word is not null then two.province else one.province end as province,
        case when two.word is not null then two.district else one.district end as district
    from tight t
    left join clean.province_words p on p.word = t.t.p
    left join clean.district_words one on one.in_province = coalesce(p.province, '')
        and one.word = case when t.t.si <> '' then t.t.si else t.t.gu end
    left join clean.district_words two on two.in_province = coalesce(p.province, '')
        and two.word = t.t.si || t.t.gu and t.t.si <> '' and t.t.gu <> ''
)
select address, postcode,
    case when is_two or is_one then province
         when t.p = '광주시' then case when regexp_matches(t.behind_p, '^[가-힣]+[읍면]') then '경기도' end
         when is_province then p_province end as province,
    case when is_two or is_one then district when t.p = '광주시' then '광주시' when is_province and is_new then t.gu end as district,
    case when is_two then t.behind_gu when is_one and t.si <> '' then t.behind_si
         when is_one or is_province and is_new and t.p <> '광주시' then t.behind_gu when t.p = '광주시' or is_province then t.behind_p else text end as rest
from slow
