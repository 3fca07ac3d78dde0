-- Spell the texts that look as if they had been read by a wrong code page in bytes again.
--
-- grain    one row per text and code page that has all of its letters
-- returns  raw, page (cp1252, cp949), bytes (hexadecimal digits)
-- engine   duckdb (hexadecimal digits of letters)
with texts as (
    select raw from clean.odd_texts
    union select text from clean.unescaped_texts
),
suspects as (
    select raw, 'cp1252' as page from texts
    -- UTF-8: an accented letter before a sign. Korean: accented letters and signs in pairs, away from plain letters.
    where regexp_matches(raw, '[Â-ô][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]')
       or regexp_full_match(raw, '([ -~]|[\x{81}-\x{fe}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2})*')
          and not regexp_matches(raw, '[A-Za-z][\x{81}-\x{ff}]|[\x{81}-\x{ff}][A-Za-z]')
    union all
    -- Three bytes of UTF-8 make one and a half Korean letters, the first a Hanja; two make one syllable amid Latin letters.
    select raw, 'cp949' from texts
    where regexp_matches(raw, '(^|[ -~])[\x{4e00}-\x{9fff}\x{f900}-\x{faff}]') and regexp_matches(raw, '[^ -~\x{4e00}-\x{9fff}\x{f900}-\x{faff}]')
       or regexp_matches(raw, '[A-Za-z][가-힣][a-z]|[a-z][찼찾챈챌챕챘챙챠챤챦챨챰챵첬첵첸횁횂횄횆횇횈횉횊횋횎횏횑횒횓횕횖횗횘횙횚횛횜횞횠횢횣횤횥횦횧횩횪훮훯훱훲훳훴훶훷훸훹훺훻훾훿휁휂휃휅휆휇휈휉휊휋휌휍휎휏휐휒휓휔흟흢흤흦흧흨흪흫흭흮흯흱흲흳흵흶흷흸흹흺흻흾흿힀힂힃힄힅힆힇힊힋]')
),
letters as (
    select raw, page, place, letter
    from (select raw, page, cast(unnest(generate_series(1, length(raw))) as integer) as place, unnest(string_split(raw, '')) as letter from suspects)
),
spelt as (
    select l.raw, l.page, l.place, case when l.letter <= '~' then hex(l.letter) else p.code end as code
    from letters l
    left join clean.page_letters p on p.page = l.page and p.letter = l.letter
)
select raw, page, string_agg(code, '' order by place) as bytes
from spelt
group by raw, page
having count(*) = count(code)
