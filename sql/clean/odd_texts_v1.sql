-- List the texts whose letters may be damaged: anything but plain letters, digits and ordinary punctuation.
--
-- grain    one row per text, of all columns but links
-- returns  raw; of a text in quotes or spaces also what they hold, which may be damaged too
with odd as (
    select distinct raw from clean.doubtful_texts
    -- The costly pattern is for texts with letters beyond ASCII alone. A Hangul syllable inside a Latin word is an accented letter
    -- read as Korean: M체ller.
    where scope <> 'link'
      and case when strlen(raw) = length(raw)
                   then contains(raw, '&') or contains(raw, '"') or contains(raw, '%') or contains(raw, '\') or starts_with(raw, '''')
                       or starts_with(raw, '=')
               else regexp_matches(raw, '[^ !#$(-:<-\[\]-~가-힣]|[A-Za-z][가-힣][a-z]|[a-z][찼찾챈챌챕챘챙챠챤챦챨챰챵첬첵첸횁횂횄횆횇횈횉횊횋횎횏횑횒횓횕횖횗횘횙횚횛횜횞횠횢횣횤횥횦횧횩횪훮훯훱훲훳훴훶훷훸훹훺훻훾훿휁휂휃휅휆휇휈휉휊휋휌휍휎휏휐휒휓휔흟흢흤흦흧흨흪흫흭흮흯흱흲흳흵흶흷흸흹흺흻흾흿힀힂힃힄힅힆힇힊힋]') end
      and strlen(raw) <= 4000
)
select raw from odd
union select trim(raw, '"''“”＂＇ ' || chr(160)) from odd where regexp_matches(raw, '^["''“＂＇= \x{a0}]|["''”＂＇ \x{a0}]$') and regexp_matches(raw, '[^ -~가-힣]|&|%')
