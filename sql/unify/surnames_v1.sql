-- List Korean surnames as written in Latin letters, and how the irregular ones sound.
--
-- grain    one row per spelling (lower case; or Hangul where two spellings of one surname exist)
-- returns  spelling, sound (key of unify.words that replaces the regular one; null where the regular one holds)
with irregular as (
  select unnest(string_split(spellings, ' ')) as spelling, sound
  from (values
    ('lee yi rhee ri li yee rie reh leigh 리', 'I'),
    ('park pak bak bark parc', 'PAK'),
    ('lim rhim rim im yim 림', 'IM'),
    ('ryu ryoo lyu yoo yu you yoou liu 류', 'U'),
    ('roh rho noh no ro nho 로', 'NO'),
    ('na ra nah rah la 라', 'NA'),
    ('hur huh heo her hurh', 'HU'),
    ('suh seo sur surh', 'SU'),
    ('yang ryang lyang 량', 'AX'),
    ('choi choe choy chey chwe', 'JE'),
    ('paik baek paek baik back', 'PEK'),
    ('chung jung jeong joung cheong jeung', 'JUX'),
    ('yuk yook ryuk', 'UK'),
    ('um uhm eom', 'UM')
  ) as t (spellings, sound)
),
regular as (
  select unnest(string_split(
    'kim gim kang gang cho jo yoon yun youn jang chang han hahn oh o shin sin kwon gwon hwang whang ahn an song hong jeon jun chun'
    || ' cheon ko koh go goh moon mun son sohn bae pae nam sim shim ha hah kwak gwak sung seong cha joo ju woo wu koo ku goo gu'
    || ' min jin ji chi chae won bang pang kong gong hyun hyeon ham hahm byun byeon pyun yeom youm yum choo chu do doh seok suk'
    || ' sun seon sul seol ma mah gil kil yeon wi wee pyo myung myeong ki gi ban wang geum keum ok maeng je tak kook guk eo uh'
    || ' eun pyeon yong in mo tae hyung hyeong yeo pi pyon so hung namgung hwangbo jegal sunwoo seonwoo dokgo', ' ')) as spelling, cast(null as varchar) as sound
)
select spelling, max(sound) as sound
from (select * from irregular union all select * from regular)
group by spelling
