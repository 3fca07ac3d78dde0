-- List the ways a district is written behind its province, and alone.
--
-- grain    one row per in_province and word
-- returns  in_province (the province named before it; '': none), word (without spaces), province, district (NULL: the province has none;
--          a name that several provinces have is kept as it is and has no province)
with today as (
    select province as in_province, district as written, province, district, 1 as rank from clean.districts
    union all
    -- What was merged into a district of today lies in it.
    select province, former, now_province, nullif(now_district, ''), 2 from clean.former_districts
    union all
    select * from (values ('세종특별자치시', '세종시', '세종특별자치시', null, 1), ('부산광역시', '진구', '부산광역시', '부산진구', 3),
        ('제주특별자치도', '시', '제주특별자치도', '제주시', 3)) as t(in_province, written, province, district, rank)
),
halves as (
    select *, split_part(written, ' ', 1) as city, split_part(written, ' ', 2) as part from today
),
forms as (
    select in_province, concat(city, part) as word, province, district, rank from halves
    union all
    -- 분당구 and 성남 분당구 for 성남시 분당구.
    select in_province, part, province, district, 3 from halves where part <> ''
    union all
    select in_province, regexp_replace(city, '시$', '', 'g') || part, province, district, 3 from halves where part <> ''
    union all
    -- 강남 for 강남구, 성남 for 성남시, 분당 for 성남시 분당구: behind the province only, and never a single syllable.
    select in_province, regexp_replace(city, '[시군구]$', '', 'g'), province, district, 4
    from halves where part = '' and regexp_full_match(city, '[가-힣]{2,}[시군구]')
    union all
    select in_province, regexp_replace(part, '구$', '', 'g'), province, district, 4
    from halves where regexp_full_match(part, '[가-힣]{2,}구')
    union all
    select in_province, regexp_replace(city, '시$', '', 'g') || regexp_replace(part, '구$', '', 'g'), province, district, 4
    from halves where regexp_full_match(part, '[가-힣]{2,}구')
),
ranked as (
    select *, min(rank) over (partition by in_province, word) as best from forms
),
within as (
    -- A name that means two districts of one province says neither; one of today comes before a former one.
    select in_province, word, min(province) as province, min(district) as district, min(rank) as rank
    from ranked
    where rank = best
    group by in_province, word
    having count(distinct concat(province, '/', district)) = 1
),
alone as (
    select word, min(province) as province, min(district) as district, count(distinct concat(province, '/', district)) as n
    from within
    where rank < 4 and regexp_full_match(word, '[가-힣]+[시군구]') and word not in ('진구', '시')
    group by word
)
select in_province, word, province, district from within
union all
select '', word, case when n = 1 then province end, case when n = 1 then district else word end from alone
