-- Read dates and times of all common forms: 3/4/24, 04.03.2024, 2024년 3월 4일, 24.3.4, 20240304, 4 March 2024, spreadsheet serials.
--
-- grain    one row per column, source and text that a plain cast does not read right
-- param    as_of   date   a birth date after this day is impossible; a two-digit year of birth is the last one before it
-- returns  value (timestamp, in UTC where a zone was given; NULL: no date), rule
with ordered as (
    select p.*, case when p.separator = 'word' then 'dmy' when length(p.a) = 4 or length(p.c) = 1 then 'ymd'
            when p.separator = '.' and length(p.c) = 4 then 'dmy' else coalesce(o.date_order, 'mdy') end as date_order,
        coalesce(o.evidence, '') = 'assumed' and p.separator <> 'word' as is_assumed
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
),
judged as (
    select *,
        coalesce(moment in (timestamp '1900-01-01 00:00:00', timestamp '1899-12-30 00:00:00', timestamp '1899-12-31 00:00:00')
            or (not is_birth and moment = timestamp '1970-01-01 00:00:00'), false)
            or coalesce(full_year in ('9999', '2999', '0001'), false) as is_placeholder,
        coalesce(is_birth and moment >= $as_of + 1, false) as is_future
    from moments
),
ruled as (
    select column_key, _source, raw,
        case when not is_placeholder and not is_future and extract(year from moment) between 1900 and 2099 then moment end as value,
        case when text is null then rule when is_placeholder then 'placeholder date' when is_future then 'birth date in the future'
             when moment is null and a is null and serial is null then 'not a date'
             when moment is null or extract(year from moment) not between 1900 and 2099 then 'impossible date'
             when used_order = 'ydm' then 'day and month swapped' when is_assumed and try_cast(a as integer) <= 12 and try_cast(b as integer) <= 12 and a <> b then 'date of assumed day and month order'
             when zone_minutes <> 0 and not is_birth then 'time brought to UTC' when serial is not null then 'date as a serial number'
             else 'date written another way' end as rule
    from judged
)
select column_key, _source, raw, value, rule
from ruled
where value is null or value is distinct from try_cast(raw as timestamp)
   or not regexp_full_match(raw, '(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+]00(:?00)?)?)?')
