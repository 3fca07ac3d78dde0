-- List words that are alike and part what they name: north and south, men and women, 남 and 북.
--
-- grain    one row per word and word it must not be merged with, both ways
-- returns  word, other (lower case; Hangul parts stand alone or begin or end a word)
with sets as (
    select string_split(words, '|') as words from (values
        ('north|south|east|west|northeast|northwest|southeast|southwest'), ('northern|southern|eastern|western'), ('nord|sud|est|ouest|ost|west'),
        ('upper|lower'), ('left|right'), ('inner|outer'), ('internal|external'), ('interior|exterior'), ('inside|outside'), ('indoor|outdoor'),
        ('inbound|outbound'), ('input|output'), ('import|export'), ('importer|exporter'), ('imports|exports'), ('income|outcome'),
        ('in|out|on|off|up|down'), ('online|offline'), ('before|after'), ('front|rear|back'), ('first|second|third|last'), ('new|old'),
        ('male|female'), ('man|woman'), ('men|women'), ('mens|womens'), ('mr|mrs|ms|miss'), ('boy|girl'), ('boys|girls'),
        ('brother|sister'), ('brothers|sisters'), ('father|mother'), ('son|daughter'), ('king|queen'), ('actor|actress'),
        ('husband|wife'), ('adult|child|children'), ('junior|senior'), ('jr|sr'), ('employer|employee'), ('lessor|lessee'),
        ('mortgagor|mortgagee'), ('trainer|trainee'), ('yes|no'), ('true|false'), ('with|without'), ('and|or|not'), ('all|none'),
        ('valid|invalid'), ('active|inactive'), ('complete|incomplete'), ('correct|incorrect'), ('known|unknown'), ('paid|unpaid'),
        ('able|unable'), ('available|unavailable'), ('subscribed|unsubscribed'), ('subscribe|unsubscribe'), ('enabled|disabled'),
        ('open|closed'), ('start|end'), ('begin|end'), ('buy|sell'), ('buyer|seller'), ('credit|debit'), ('debtor|creditor'), ('sender|receiver'),
        ('maximum|minimum'), ('max|min'), ('more|less'), ('major|minor'), ('large|small|medium'), ('big|small'), ('long|short'), ('high|low'),
        ('hot|cold'), ('dry|wet'), ('day|night'), ('daily|weekly|monthly|yearly'), ('morning|evening'), ('summer|winter|spring|autumn'),
        ('legal|illegal'), ('regular|irregular'), ('direct|indirect'), ('dependent|independent'), ('profit|nonprofit'), ('public|private'),
        ('federal|state|county|city'), ('union|onion'), ('black|white|red|blue|green|yellow|brown|pink'), ('gold|silver|bronze'),
        ('one|two|three|four|five|six|seven|eight|nine|ten'), ('single|double|triple'), ('hyper|hypo'), ('hypertension|hypotension'),
        ('pre|post'), ('macro|micro'), ('intra|inter|infra'), ('intranet|internet'), ('monday|tuesday|wednesday|thursday|friday|saturday|sunday'),
        ('january|february|march|april|may|june|july|august|september|october|november|december'),
        ('alpha|beta|gamma|delta'), ('동|서|남|북'), ('동부|서부|남부|북부|중부'), ('상|중|하'), ('좌|우'), ('전|후'), ('내|외'), ('신|구'), ('남|여'),
        ('남성|여성'), ('남자|여자'), ('남아|여아'), ('국내|국외|해외'), ('실내|실외'), ('수입|수출'), ('입금|출금'), ('입고|출고'), ('매입|매출'),
        ('오전|오후'), ('유료|무료'), ('가능|불가능'), ('동의|비동의|미동의'), ('사용|미사용'), ('회원|비회원'), ('정상|비정상'), ('성인|소아'),
        ('갑|을|병|정'), ('가|나|다|라|마'), ('일|이|삼|사|오|육|칠|팔|구|십'), ('춘|하|추|동'), ('대형|중형|소형'), ('초등|중등|고등'),
        ('제일|제이|제삼|제사|제오'),
        ('가동|나동|다동|라동|마동'), ('가형|나형|다형|라형'), ('상권|중권|하권'), ('상반기|하반기'), ('전반기|후반기'), ('월요일|화요일|수요일|목요일|금요일|토요일|일요일')
    ) as t(words)
),
members as (
    select words, unnest(words) as word from sets
),
crossed as (
    select word, unnest(words) as other from members
)
select distinct word, other from crossed where word <> other
