-- Find postcode, province and district at the head of Korean addresses written in words.
--
-- grain    one row per address text with Hangul in it
-- returns  address, postcode (NULL or '' for none), is_found (false: no province or district was a word of its own), province, district
--          (names of today; NULL: not said), rest (what follows; the whole text where nothing was found)
-- engine   duckdb
with framed as (
    -- Most begin with a name. A postcode before it or behind the address is taken off, and the name of the country.
    select address, case when address < '가' or address >= '힤' or starts_with(address, '대한민국') or starts_with(address, '우')
            or regexp_matches(right(address, 2), '[0-9][0-9)\]]')
        then regexp_extract(address, '^[ ,]*(?:(?:우편번호|우|[(]우[)])? *[:)(\[]* *([0-9]{5}|[0-9]{3}-[0-9]{3})[)\] ,]+)?(?:대한민국[ ,]*)?'
            || '(.*?[0-9가-힣)][^ ]*?)(?:[ ,(\[]+([0-9]{5})[)\]]?)?$', ['before', 'text', 'behind']) end as f
    from clean.address_texts
    where script = 'korean'
),
bare as (
    select address, case when f.before <> '' then f.before else f.behind end as postcode, case when f.text <> '' then f.text else address end as text
    from framed
),
worded as (
    -- 서울, 강남구, 테헤란로 123: commas between the names of the head are spaces.
    select address, postcode, spaced as text, string_split(spaced, ' ') as words
    from (select *, case when not contains(text, ',') then text
            when instr(text, ',') < instr(text, ' ') then regexp_replace(text, '^([가-힣]+) *, *([가-힣]+(?: [가-힣]+)?)(?: *, *| +)', '\1 \2 ', 'g')
            when contains(text, '구,') or contains(text, '시,') or contains(text, '군,') then regexp_replace(text, '^([^,0-9]+[시군구]), *', '\1 ', 'g')
            else text end as spaced
        from bare) as b
),
named as (
    -- The province where it is a word of its own, and the one or two words behind it.
    select w.address, w.postcode, w.text, p.province, case when p.word is null then 0 else length(p.word) + 1 end as n_before,
        case when p.word is null then w.words[1] else w.words[2] end as first, case when p.word is null then w.words[2] else w.words[3] end as second
    from worded w
    left join clean.province_words p on p.word = w.words[1]
),
met as (
    select n.*, one.word as one, two.word as two,
        case when two.word is not null then two.province when one.word is not null then one.province else n.province end as met_province,
        case when two.word is not null then two.district else one.district end as district
    from named n
    left join clean.district_words one on one.in_province = coalesce(n.province, '') and one.word = n.first
    left join clean.district_words two on two.in_province = coalesce(n.province, '') and two.word = n.first || n.second
),
judged as (
    -- 세종 has no districts.
    select *, one is not null or two is not null or coalesce(province = '세종특별자치시', false) as is_found from met
)
select address, postcode, is_found, case when is_found then met_province end as province, district,
    case when two is not null then substr(text, n_before + length(first) + length(second) + 3)
         when one is not null then substr(text, n_before + length(first) + 2)
         when is_found then substr(text, n_before + 1) else text end as rest
from judged
