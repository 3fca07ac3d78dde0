-- List the words by which people name a Korean province or metropolitan city.
--
-- grain    one row per word
-- returns  word (lower case), province (시도, official name today), rule (what kind of word it is), confidence (that the word alone means
--          the province)
-- source   official names, those before 강원 (2023), 전북 (2024) and 제주 (2006) became self-governing, and the romanised names
select province, unnest(string_split(words, '|')) as word, rule, confidence
from (values
    ('서울특별시', '서울|서울시|서울특별시|서울 특별시', 'province in other words', 0.99), ('부산광역시', '부산|부산시|부산광역시|부산 광역시', 'province in other words', 0.99),
    ('대구광역시', '대구|대구시|대구광역시|대구 광역시', 'province in other words', 0.99), ('인천광역시', '인천|인천시|인천광역시|인천 광역시', 'province in other words', 0.99),
    ('대전광역시', '대전|대전시|대전광역시|대전 광역시', 'province in other words', 0.99), ('울산광역시', '울산|울산시|울산광역시|울산 광역시', 'province in other words', 0.99),
    ('광주광역시', '광주광역시|광주 광역시', 'province in other words', 0.99), ('광주광역시', '광주', 'province in other words', 0.95),
    ('광주광역시', '광주시', 'province in other words', 0.7),
    ('세종특별자치시', '세종|세종시|세종특별자치시|세종 특별자치시|세종특별시', 'province in other words', 0.99),
    ('경기도', '경기|경기도', 'province in other words', 0.99), ('충청북도', '충북|충청북도|충북도', 'province in other words', 0.99),
    ('충청남도', '충남|충청남도|충남도', 'province in other words', 0.99), ('전라남도', '전남|전라남도|전남도', 'province in other words', 0.99),
    ('경상북도', '경북|경상북도|경북도', 'province in other words', 0.99), ('경상남도', '경남|경상남도|경남도', 'province in other words', 0.99),
    ('강원특별자치도', '강원|강원특별자치도|강원 특별자치도', 'province in other words', 0.99), ('강원특별자치도', '강원도', 'renamed province', 0.99),
    ('전북특별자치도', '전북|전북특별자치도|전북 특별자치도', 'province in other words', 0.99), ('전북특별자치도', '전라북도|전북도', 'renamed province', 0.99),
    ('제주특별자치도', '제주|제주특별자치도|제주 특별자치도', 'province in other words', 0.99), ('제주특별자치도', '제주도', 'renamed province', 0.99),
    ('부산광역시', '부산직할시', 'renamed province', 0.99), ('대구광역시', '대구직할시', 'renamed province', 0.99),
    ('인천광역시', '인천직할시', 'renamed province', 0.99), ('광주광역시', '광주직할시', 'renamed province', 0.99),
    ('대전광역시', '대전직할시', 'renamed province', 0.99),
    ('서울특별시', 'seoul|seoul-si|seoul city|seoul special city|seoul metropolitan city', 'romanised province', 0.97),
    ('부산광역시', 'busan|pusan|busan-si|busan city|busan metropolitan city', 'romanised province', 0.97),
    ('대구광역시', 'daegu|taegu|daegu-si|daegu city|daegu metropolitan city', 'romanised province', 0.97),
    ('인천광역시', 'incheon|inchon|incheon-si|incheon city|incheon metropolitan city', 'romanised province', 0.97),
    ('광주광역시', 'gwangju metropolitan city', 'romanised province', 0.97), ('광주광역시', 'gwangju|kwangju', 'romanised province', 0.93),
    ('대전광역시', 'daejeon|taejon|daejeon-si|daejeon city|daejeon metropolitan city', 'romanised province', 0.97),
    ('울산광역시', 'ulsan|ulsan-si|ulsan city|ulsan metropolitan city', 'romanised province', 0.97),
    ('세종특별자치시', 'sejong|sejong-si|sejong city|sejong special self-governing city', 'romanised province', 0.97),
    ('경기도', 'gyeonggi|gyeonggi-do|gyeonggido|kyonggi-do|kyunggi-do|gyeonggi province', 'romanised province', 0.97),
    ('강원특별자치도', 'gangwon|gangwon-do|gangwondo|kangwon-do|gangwon province|gangwon state', 'romanised province', 0.97),
    ('충청북도', 'chungcheongbuk-do|chungbuk|chungcheongbukdo|north chungcheong|north chungcheong province', 'romanised province', 0.97),
    ('충청남도', 'chungcheongnam-do|chungnam|chungcheongnamdo|south chungcheong|south chungcheong province', 'romanised province', 0.97),
    ('전북특별자치도', 'jeollabuk-do|jeonbuk|jeonbuk-do|jeollabukdo|north jeolla|north jeolla province|jeonbuk state', 'romanised province', 0.97),
    ('전라남도', 'jeollanam-do|jeonnam|jeollanamdo|south jeolla|south jeolla province', 'romanised province', 0.97),
    ('경상북도', 'gyeongsangbuk-do|gyeongbuk|gyeongsangbukdo|north gyeongsang|north gyeongsang province', 'romanised province', 0.97),
    ('경상남도', 'gyeongsangnam-do|gyeongnam|gyeongsangnamdo|south gyeongsang|south gyeongsang province', 'romanised province', 0.97),
    ('제주특별자치도', 'jeju|jeju-do|jejudo|cheju-do|jeju island|jeju province|jeju special self-governing province', 'romanised province', 0.97)
) as t(province, words, rule, confidence)
