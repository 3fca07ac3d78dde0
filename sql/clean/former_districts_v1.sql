-- List cities, counties and districts of Korea that no longer exist, with what stands in their place.
--
-- grain    one row per province and former district
-- returns  province (official name today of where it was), former, until_year, now_province, now_district ('' where the province has no
--          districts), is_whole (the name of today means the same place; false: a part of it, or one of several)
-- source   acts on the merging and renaming of local governments, 1995 to 2026: names and dates are public facts
with merged as (
    -- Cities and counties that became (part of) one city: former names before the sign, today's behind.
    select province, unnest(string_split(split_part(listed, '>', 1), '|')) as former, until_year,
        province as now_province, split_part(listed, '>', 2) as now_district, is_whole
    from (values
        ('경기도', 1995, false, '송탄시|평택군>평택시'), ('경기도', 1995, false, '미금시|남양주군>남양주시'), ('경기도', 1996, true, '파주군>파주시'),
        ('경기도', 1996, true, '이천군>이천시'), ('경기도', 1996, true, '용인군>용인시'), ('경기도', 1998, true, '안성군>안성시'),
        ('경기도', 1998, true, '김포군>김포시'), ('경기도', 2001, true, '화성군>화성시'), ('경기도', 2001, true, '광주군>광주시'),
        ('경기도', 2003, true, '양주군>양주시'), ('경기도', 2003, true, '포천군>포천시'), ('경기도', 2013, true, '여주군>여주시'),
        ('경기도', 2005, false, '일산구|고양시 일산구>고양시'),
        ('강원특별자치도', 1995, false, '춘천군>춘천시'), ('강원특별자치도', 1995, false, '원주군>원주시'),
        ('강원특별자치도', 1995, false, '명주군>강릉시'), ('강원특별자치도', 1995, false, '삼척군>삼척시'),
        ('충청북도', 1995, false, '중원군>충주시'), ('충청북도', 1995, false, '제천군>제천시'), ('충청북도', 2014, false, '청원군>청주시'),
        ('충청남도', 1995, false, '천안군>천안시'), ('충청남도', 1995, false, '공주군>공주시'), ('충청남도', 1995, false, '대천시|보령군>보령시'),
        ('충청남도', 1995, false, '온양시|아산군>아산시'), ('충청남도', 1995, false, '서산군>서산시'), ('충청남도', 1996, true, '논산군>논산시'),
        ('충청남도', 2012, true, '당진군>당진시'),
        ('전북특별자치도', 1995, false, '옥구군>군산시'), ('전북특별자치도', 1995, false, '이리시|익산군>익산시'),
        ('전북특별자치도', 1995, false, '정주시|정읍군>정읍시'), ('전북특별자치도', 1995, false, '남원군>남원시'),
        ('전북특별자치도', 1995, false, '김제군>김제시'),
        ('전라남도', 1995, false, '승주군>순천시'), ('전라남도', 1995, false, '나주군>나주시'), ('전라남도', 1995, false, '동광양시|광양군>광양시'),
        ('전라남도', 1998, false, '여천시|여천군>여수시'),
        ('경상북도', 1995, false, '영일군>포항시'), ('경상북도', 1995, false, '경주군>경주시'), ('경상북도', 1995, false, '금릉군>김천시'),
        ('경상북도', 1995, false, '안동군>안동시'), ('경상북도', 1995, false, '선산군>구미시'), ('경상북도', 1995, false, '영풍군>영주시'),
        ('경상북도', 1995, false, '영천군>영천시'), ('경상북도', 1995, false, '상주군>상주시'), ('경상북도', 1995, false, '점촌시|문경군>문경시'),
        ('경상북도', 1995, false, '경산군>경산시'),
        ('경상남도', 1995, false, '진양군>진주시'), ('경상남도', 1995, false, '충무시|통영군>통영시'), ('경상남도', 1995, false, '삼천포시|사천군>사천시'),
        ('경상남도', 1995, false, '김해군>김해시'), ('경상남도', 1995, false, '밀양군>밀양시'), ('경상남도', 1995, false, '장승포시|거제군>거제시'),
        ('경상남도', 1996, true, '양산군>양산시'), ('경상남도', 1995, false, '창원군>창원시'), ('경상남도', 2010, false, '마산시>창원시'),
        ('경상남도', 2010, true, '진해시>창원시 진해구'),
        ('경상남도', 2000, true, '마산시 합포구|합포구>창원시 마산합포구'), ('경상남도', 2000, true, '마산시 회원구|회원구>창원시 마산회원구'),
        ('제주특별자치도', 2006, false, '북제주군>제주시'), ('제주특별자치도', 2006, false, '남제주군>서귀포시'),
        ('인천광역시', 2018, true, '남구>미추홀구'), ('인천광역시', 2026, false, '동구>제물포구')
    ) as t(province, until_year, is_whole, listed)
)
select * from merged
union all
select * from (values
    ('충청남도', '연기군', 2012, '세종특별자치시', '', false), ('경상북도', '군위군', 2023, '대구광역시', '군위군', true),
    ('경상북도', '달성군', 1995, '대구광역시', '달성군', true), ('경기도', '강화군', 1995, '인천광역시', '강화군', true),
    ('경기도', '옹진군', 1995, '인천광역시', '옹진군', true), ('경상남도', '울산시', 1997, '울산광역시', '', true),
    ('경상남도', '울주군', 1997, '울산광역시', '울주군', true), ('경상남도', '울산군', 1995, '울산광역시', '울주군', true)
) as t(province, former, until_year, now_province, now_district, is_whole)
