-- Find the moment that every date text means, with the order of day and month that its column shows.
--
-- grain    one row per column, source and text of clean.date_parts
-- param    as_of   date   a two-digit year of birth is the last one before this day
-- returns  column_key, _source, raw, n, text, rule and confidence (of text), is_birth, a, b, separator, serial,
--          used_order (mdy, dmy, ymd, ydm), evidence (column, years, assumed; NULL: the text itself says), year, full_year,
--          zone_minutes, moment (timestamp, in UTC where a zone was given; NULL: no such moment)
with ordered as (
    select p.*, case when p.separator = 'word' then 'dmy' when p.separator = '년' or length(p.a) = 4 or length(p.c) = 1 then 'ymd'
            when p.separator = '.' and length(p.c) = 4 then 'dmy' else coalesce(o.date_order, 'mdy') end as date_order,
        o.evidence
    from clean.date_parts p
    left join clean.date_orders o on o.column_key = p.column_key and o._source = p._source
        and o.separator = p.separator and length(p.a) <= 2 and (length(p.c) = 2 or (length(p.c) = 4 and p.separator <> '.'))
),
placed as ( -- Where the order of the column does not fit, the one that does is taken.
    select *, case when length(a) = 4 and try_cast(b as integer) > 12 and try_cast(c as integer) <= 12 then 'ydm'
             when date_order = 'dmy' and try_cast(b as integer) > 12 then 'mdy'
             when date_order = 'mdy' and try_cast(a as integer) > 12 and try_cast(a as integer) <= 31 then 'dmy'
             when date_order <> 'ymd' and length(c) = 2 and try_cast(a as integer) > 31 then 'ymd'
             when date_order = 'ymd' and length(a) = 2 and (length(c) = 4 or try_cast(c as integer) > 31)
                  then case when try_cast(b as integer) > 12 then 'mdy' else 'dmy' end
             else date_order end as used_order
    from ordered
),
spread as (
    select *, case when used_order in ('ymd', 'ydm') then a else c end as year,
        lpad(case when used_order = 'mdy' then a when used_order = 'ydm' then c else b end, 2, '0') as month,
        lpad(case when used_order = 'ymd' then c when used_order = 'dmy' then a else b end, 2, '0') as day,
        case when half = 'pm' and try_cast(hour as integer) < 12 then cast(try_cast(hour as integer) + 12 as varchar)
             when half = 'am' and hour = '12' then '00' else lpad(hour, 2, '0') end as hour_of_day,
        case when zone in ('', 'z', 'utc', 'gmt') then 0 when zone = 'kst' then 540
             else coalesce(try_cast(left(zone, 3) as integer), 0) * 60
                  + coalesce(try_cast(left(zone, 1) || nullif(substr(zone, 4), '') as integer), 0) end as zone_minutes
    from placed
),
read as (
    select *,
        case when length(year) = 4 then year when length(year) <> 2 then null
             when is_birth then cast(try_cast(year as integer) + case when 2000 + try_cast(year as integer) > extract(year from $as_of) then 1900 else 2000 end as varchar)
             else cast(try_cast(year as integer) + case when try_cast(year as integer) < 70 then 2000 else 1900 end as varchar) end as full_year,
        case when has_clock then hour_of_day || ':' || lpad(minute, 2, '0') || ':'
            || case when second = '' then '00' when regexp_full_match(second, '[0-9]([.].*)?') then '0' || second else second end
            else '00:00:00' end as time_text,
        try_cast(serial as double) as number
    from spread
),
moments as (
    select *, case
        when serial is null then case when full_year between '1850' and '2150' then try_cast(full_year || '-' || month || '-' || day || ' ' || time_text as timestamp) end
            - to_minutes(case when is_birth then 0 else zone_minutes end)
        when number between 10000 and 73050 then timestamp '1899-12-30 00:00:00' + to_seconds(cast(round(number * 86400) as bigint))
        when number between 100000000 and 9999999999 then timestamp '1970-01-01 00:00:00' + to_seconds(cast(number as bigint))
        when number between 100000000000 and 4102444800000 then timestamp '1970-01-01 00:00:00' + to_milliseconds(cast(number as bigint))
        end as moment
    from read
)
select column_key, _source, raw, n, text, rule, confidence, is_birth, a, b, separator, serial, used_order, evidence, year, full_year, zone_minutes, moment
from moments
