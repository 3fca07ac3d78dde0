-- Read dates and times of all common forms: 3/4/24, 04.03.2024, 2024년 3월 4일, 24.3.4, 20240304, 4 March 2024, spreadsheet serials.
--
-- grain    one row per column, source and text that a plain cast does not read right
-- param    as_of   date   a birth date after this day is impossible; a two-digit year of birth is the last one before it
-- returns  value (timestamp, in UTC where a zone was given; NULL: no date), rule, confidence; 1970-01-01 and 2000-01-01 are
--          taken for nothing said where they are more frequent than all other days of their month
with crowds as (
    -- Days that stand for nothing said: as many rows as those of all other days of the month, and ten, are no chance.
    select column_key, _source, cast(sum(case when is_empty_day then n else 0 end) as bigint) as n_empty,
        cast(sum(case when is_empty_day then 0 else n end) as bigint) as n_other, month_at
    from (select *, date_trunc('month', moment) as month_at, moment in (timestamp '1900-01-01 00:00:00', timestamp '1970-01-01 00:00:00',
              timestamp '1970-01-01 09:00:00', timestamp '2000-01-01 00:00:00') as is_empty_day
          from clean.date_moments
          where cast(moment as date) between date '1900-01-01' and date '1900-01-31'
             or cast(moment as date) between date '1970-01-01' and date '1970-01-31'
             or cast(moment as date) between date '2000-01-01' and date '2000-01-31') m
    group by column_key, _source, month_at
),
judged as (
    select m.*,
        case when m.moment in (timestamp '1900-01-01 00:00:00', timestamp '1899-12-30 00:00:00', timestamp '1899-12-31 00:00:00') or m.full_year in ('9999', '2999', '0001', '0000') then true
             when not m.is_birth and m.moment = timestamp '1970-01-01 00:00:00' then coalesce(c.n_empty > c.n_other, true)
             when m.moment in (timestamp '1970-01-01 00:00:00', timestamp '1970-01-01 09:00:00', timestamp '2000-01-01 00:00:00')
             then coalesce(c.n_empty >= 10 and c.n_empty > c.n_other, false) else false end as is_placeholder,
        coalesce(m.is_birth and m.moment >= $as_of + 1, false) as is_future,
        coalesce(try_cast(m.a as integer) <= 12 and try_cast(m.b as integer) <= 12 and m.a <> m.b or (m.used_order = 'ymd' and length(m.a) = 2), false)
            and m.separator not in ('word', '년') as is_ambiguous
    from clean.date_moments m
    left join crowds c on c.column_key = m.column_key and c._source = m._source and c.month_at = date_trunc('month', m.moment)
),
ruled as (
    select column_key, _source, raw, length(year) = 2 as is_short, confidence,
        case when not is_placeholder and not is_future and extract(year from moment) between 1900 and 2099 then moment end as value,
        case when text is null then rule when is_placeholder then 'placeholder date' when is_future then 'birth date in the future'
             when moment is null and a is null and serial is null then 'not a date'
             when moment is null or extract(year from moment) not between 1900 and 2099 then 'impossible date'
             when used_order = 'ydm' then 'day and month swapped' when is_ambiguous and evidence = 'assumed' then 'day and month assumed'
             when zone_minutes <> 0 and not is_birth then 'time brought to UTC' when serial is not null then 'date as a serial number'
             when is_ambiguous and evidence is not null then 'day and month by the column' else 'date written another way' end as rule
    from judged
)
select column_key, _source, raw, value, rule,
    cast(case when rule in ('not a date', 'impossible date', 'time brought to UTC') then 1.0 when rule = 'day and month assumed' then .9
              when rule in ('placeholder date', 'birth date in the future', 'date as a serial number', 'day and month swapped') then .95
              when rule = 'day and month by the column' or (rule = 'date written another way' and is_short) then .97
              when rule = 'date written another way' then 1.0 else confidence end as double) as confidence
from ruled
where value is null or value is distinct from try_cast(raw as timestamp)
   or not regexp_full_match(raw, '(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+]00(:?00)?)?)?')
