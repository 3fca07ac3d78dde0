-- List names of places that are alike and far apart: states of the USA, Korean provinces, cities and districts.
--
-- grain    one row per name
-- returns  name (lower case)
-- source   United States Postal Service; Ministry of the Interior and Safety of Korea, codes of legal districts (March 2026)
with names as (
    select unnest(string_split('alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana'
        || '|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada'
        || '|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island'
        || '|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming', '|')) as name
    union all
    select unnest(string_split('가평군|강남구|강동구|강릉시|강북구|강서구|강원특별자치도|강진군|강화군|거제시|거창군|경기도|경산시|경상남도'
        || '|경상북도|경주시|계룡시|계양구|고령군|고성군|고양시|고창군|고흥군|곡성군|공주시|과천시|관악구|광명시|광산구'
        || '|광양시|광주광역시|광주시|광진구|괴산군|구례군|구로구|구리시|구미시|군산시|군위군|군포시|권선구|금산군|금정구'
        || '|금천구|기장군|기흥구|김제시|김천시|김포시|김해시|나주시|남구|남동구|남양주시|남원시|남해군|노원구|논산시'
        || '|단양군|단원구|달서구|달성군|담양군|당진시|대구광역시|대덕구|대전광역시|덕양구|덕진구|도봉구|동구|동남구'
        || '|동대문구|동두천시|동래구|동안구|동작구|동탄구|동해시|마산합포구|마산회원구|마포구|만세구|만안구'
        || '|목포시|무안군|무주군|문경시|미추홀구|밀양시|병점구|보령시|보성군|보은군|봉화군|부산광역시|부산진구|부안군'
        || '|부여군|부천시|부평구|북구|분당구|사상구|사천시|사하구|산청군|삼척시|상당구|상록구|상주시|서구'
        || '|서귀포시|서대문구|서북구|서산시|서울특별시|서원구|서천군|서초구|성남시|성동구|성북구|성산구|성주군'
        || '|세종특별자치시|소사구|속초시|송파구|수성구|수영구|수원시|수정구|수지구|순창군|순천시|시흥시|신안군|아산시'
        || '|안동시|안산시|안성시|안양시|양구군|양산시|양양군|양주시|양천구|양평군|여수시|여주시|연수구|연제구|연천군'
        || '|영광군|영덕군|영도구|영동군|영등포구|영암군|영양군|영월군|영주시|영천시|영통구|예산군|예천군|오산시|오정구'
        || '|옥천군|옹진군|완도군|완산구|완주군|용산구|용인시|울릉군|울산광역시|울주군|울진군|원미구|원주시|유성구|은평구'
        || '|음성군|의령군|의성군|의왕시|의정부시|의창구|이천시|익산시|인제군|인천광역시|일산동구|일산서구|임실군|장성군'
        || '|장수군|장안구|장흥군|전라남도|전북특별자치도|전주시|정선군|정읍시|제주시|제주특별자치도|제천시|종로구|중구'
        || '|중랑구|중원구|증평군|진도군|진안군|진주시|진천군|진해구|창녕군|창원시|처인구|천안시|철원군|청도군|청송군'
        || '|청양군|청원구|청주시|춘천시|충주시|충청남도|충청북도|칠곡군|태백시|태안군|통영시|파주시|팔달구|평창군|평택시'
        || '|포천시|포항시|하남시|하동군|함안군|함양군|함평군|합천군|해남군|해운대구|홍성군|홍천군|화성시|화순군|화천군'
        || '|횡성군|효행구|흥덕구', '|'))
)
select distinct name from names
