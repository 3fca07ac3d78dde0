-- Take dates and times apart that are not written in ISO form.
--
-- grain    one row per column, source and text that a plain cast does not read for sure
-- returns  column_key (contacts.birth_date and the like), _source, raw, n (rows), text (NULL: says nothing), rule and confidence (of text), is_birth,
--          a, b, c (the three numbers of a date in the order written; text), separator (/ . - 년 or word), serial (days or seconds as one number),
--          has_clock, hour, minute, second, half (am, pm), zone (+0900, '' for none), all text
with cells as (
    select _source, 'contacts.birth_date' as column_key, birth_date as raw from source.contacts
    union all select _source, 'contacts.consent_at', consent_at from source.contacts
    union all select _source, 'contacts.created_at', created_at from source.contacts
    union all select _source, 'contacts.updated_at', updated_at from source.contacts
    union all select _source, 'contacts.birth_date', birth_date from clean.misplaced
    union all select _source, 'orders.ordered_at', ordered_at from source.orders
    union all select _source, 'order_lines.ordered_at', ordered_at from source.order_lines
    union all select _source, 'events.occurred_at', occurred_at from source.events
    union all select _source, 'tickets.opened_at', opened_at from source.tickets
    union all select _source, 'tickets.closed_at', closed_at from source.tickets
),
doubtful as (
    select column_key, _source, raw, count(*) as n
    from cells
    where raw is not null
      and (not regexp_full_match(raw,
               '(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+]00(:?00)?)?)?')
           or try_cast(raw as timestamp) is null or left(raw, 7) in ('1900-01', '1970-01', '2000-01')
           -- Only these may be birth dates in the future.
           or (column_key = 'contacts.birth_date' and raw >= '2000'))
    group by column_key, _source, raw
),
spelled as (
    -- One spelling: signs of year, month, day, hour and minute; weekdays; halves of the day; zones.
    select d.*, t.rule, coalesce(t.confidence, 1.0) as confidence,
        -- Three numbers need none of the patterns.
        case when regexp_full_match(d.raw, '[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}') then d.raw else
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            lower(case when strlen(d.raw) > 64 then '?' when t.raw is null then d.raw else t.value end),
            '^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?[., ]+|^''| ?[(]?[월화수목금토일]요일[)]?| ?[(][월화수목금토일][)]| ?[(][a-z ]+[)]$', '', 'g'),
            ' *년 *', '년', 'g'), ' *월 *', '월', 'g'), ' *일생?', '', 'g'), '오전|a[.]m[.]?', 'am', 'g'), '오후|p[.]m[.]?', 'pm', 'g'),
            '([0-9]{1,2})시 *([0-9]{1,2})분 *(?:([0-9]{1,2})초)?$', '\1:\2:\3', 'g'), '([0-9]{1,2})시$', '\1:00', 'g'),
            '^((?:19|20)[0-9]{6})[t ]?([0-9]{2})([0-9]{2})([0-9]{2})?$', '\1 \2:\3:\4', 'g'),
            '^([a-z]{3}) +([0-9]{1,2}) ([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?) ([0-9]{4})$', '\1 \2 \4 \3', 'g') end as text
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
),
clocks as (
    select *, regexp_extract(text, '[t ,]+(am|pm)? ?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{0,2}(?:[.][0-9]{1,6})?)[0-9]*)?'
            || ' ?(am|pm)? ?(z|utc|gmt|kst|(?:utc|gmt)?[+-][0-9]{2}:?[0-9]{0,2})?$', ['before', 'hour', 'minute', 'second', 'after', 'zone']) as clock,
        regexp_replace(text, '[t ,]+(?:am|pm)? ?[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{0,2}(?:[.][0-9]+)?)?'
            || ' ?(?:am|pm)? ?(?:z|utc|gmt|kst|(?:utc|gmt)?[+-][0-9]{2}:?[0-9]{0,2})?$', '', 'g') as day
    from spelled
),
days as (
    select *,
        regexp_extract(day, '^([0-9]{1,4})( ?[-./] ?| |년)([0-9]{1,2})( ?[-./] ?| |월)([0-9]{1,4})[.]?$', ['a', 's', 'b', 't', 'c']) as numbers,
        regexp_extract(day, '^([0-9]{1,2})(?:st|nd|rd|th)?(?: of)?[-./ ]*([a-z]{3,9})[-.,/ ]*([0-9]{4}|[0-9]{2})$', ['a', 'm', 'c']) as day_word,
        regexp_extract(day, '^([a-z]{3,9})[-./ ]+([0-9]{1,2})(?:st|nd|rd|th)?[-.,/ ]+([0-9]{4})$', ['m', 'a', 'c']) as word_day,
        regexp_extract(day, '^([0-9]{4})[-.,/ ]*([a-z]{3,9})[-./ ]*([0-9]{1,2})(?:st|nd|rd|th)?$', ['c', 'm', 'a']) as year_word,
        regexp_extract(day, '^((?:19|20)[0-9]{2}|[0-9]{2})([0-9]{2})([0-9]{2})(?:[.]0)?$', ['a', 'b', 'c']) as compact,
        regexp_extract(day, '^[0-9]{5}(?:[.][0-9]+)?$|^[0-9]{10}(?:[.]0)?$|^[0-9]{13}$') as serial
    from clocks
)
select column_key, _source, raw, n, text, rule, confidence, column_key = 'contacts.birth_date' as is_birth,
    nullif(concat(numbers.a, compact.a, day_word.a, word_day.a, year_word.a), '') as a,
    case when numbers.b <> '' or compact.b <> '' then concat(numbers.b, compact.b) else cast((nullif(strpos(
        'jan feb mar apr may jun jul aug sep oct nov dec', nullif(substr(concat(day_word.m, word_day.m, year_word.m), 1, 3), '')), 0) + 3) // 4 as varchar) end as b,
    nullif(concat(numbers.c, compact.c, day_word.c, word_day.c, year_word.c), '') as c,
    case when concat(day_word.a, word_day.a, year_word.a) <> '' then 'word' when numbers.s = '년' then '년' when trim(numbers.s) = trim(numbers.t) then trim(numbers.s) end as separator,
    nullif(serial, '') as serial,
    clock.hour <> '' as has_clock, clock.hour as hour, clock.minute as minute, clock.second as second,
    concat(clock.before, clock.after) as half, regexp_replace(clock.zone, '^(utc|gmt)([+-])|:', '\2', 'g') as zone
from days
