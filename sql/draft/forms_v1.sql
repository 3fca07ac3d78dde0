-- Say of every value of a table how it is written: its mask, and what it may be read as.
--
-- grain    one row per column_no and value of draft.cell_values
-- returns  n, first_no, last_no; letters (number of characters), mask (A upper, a lower, 가 other letters, 9 digits, the rest as it is), shape
--          (the mask with runs shortened to one), number, moment (NULL where it cannot be read as such), affix (what a measure has beside
--          its number), is_… and has_…
with masked as (
    select *, length(value) as letters,
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(left(value, 60), '[0-9]', '9', 'g'), '\p{Lu}', 'A', 'g'),
            '\p{Ll}', 'a', 'g'), '\p{Lo}', '가', 'g') as mask,
        regexp_full_match(value, '-?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})([eE][-+]?[0-9]{1,2})?') as is_number,
        regexp_full_match(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?') as is_dated
    from draft.cell_values
),
holders as (select distinct word from clean.placeholders where is_general)
select m.column_no, m.value, m.n, m.first_no, m.last_no, m.letters, m.mask,
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(m.mask, '9+', '9', 'g'), 'A+', 'A', 'g'), 'a+', 'a', 'g'), '가+', '가', 'g') as shape,
    case when m.is_number then try_cast(m.value as double) end as number,
    case when m.is_dated then try_cast(replace(left(m.value, 19), 'T', ' ') as timestamp) end as moment,
    m.is_number, m.is_dated,
    regexp_full_match(m.value, '-?[0-9]{1,15}') as is_integer,
    regexp_matches(m.value, '^-?0[0-9]') as is_padded,
    regexp_full_match(m.value, '[^@\s]+@[^@\s.]+([.][^@\s.]+)*[.][A-Za-z]{2,24}') as is_email,
    regexp_full_match(m.value, '[a-z]{3,5}://[^\s]+|www[.][^\s]+') as is_url,
    regexp_full_match(lower(m.value), '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}') as is_uuid,
    regexp_full_match(m.value, '[+]?[(]?[0-9][0-9 ().+/-]{5,22}[0-9]( ?x[0-9]{1,6})?')
        and length(regexp_replace(m.value, '[^0-9]', '', 'g')) between 7 and 18 as is_phone,
    regexp_matches(m.value, '[0-9]') as has_digit, regexp_matches(m.value, '\pL') as has_letter,
    regexp_matches(m.value, '[^\pL\pM0-9 .,''’&()/+:;!?"#%_-]') as has_odd,
    regexp_matches(m.value, '^\s|\s$|\s\s') as is_spaced,
    length(m.value) - length(replace(m.value, ' ', '')) as n_blanks,
    h.word is not null as is_placeholder,
    -- One number with what is not: 12.0 oz, 5 %, $3.
    regexp_full_match(m.value, '[$€£¥₩] ?-?[0-9]{1,12}([.][0-9]+)?|-?[0-9]{1,12}([.][0-9]+)? ?[\pL%°µ][^0-9]{0,20}') as is_measure,
    case when length(m.value) <= 40 then regexp_replace(m.value, '[-+]?[0-9]+([.][0-9]+)?', '|', 'g') end as affix
from masked m
left join holders h on h.word = lower(trim(m.value))
