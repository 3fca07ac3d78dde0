-- Decide for every column of a source whether 3/4/24 is 3 April, 4 March or 1924, from the column's own dates.
--
-- grain    one row per column, source and separator
-- param    day_first   boolean = false   how to read a column of dates that all allow both (3/4/24 is 3 April)
-- returns  n (dates), n_month_first, n_day_first, n_year_first (dates that can be read so), date_order (mdy, dmy, ymd),
--          evidence (column: its own dates decide; years: the part that varies least is the year; assumed: the parameter)
with numbers as (
    select column_key, _source, separator, n, a, c,
        try_cast(a as integer) as first, try_cast(b as integer) as middle, try_cast(c as integer) as last,
        length(c) >= 2 as may_end_in_year, length(a) = 2 and length(c) <= 2 as may_begin_with_year, length(c) <= 2 as is_short
    from clean.date_parts
    -- With points and a year of four digits the day comes first everywhere.
    where length(a) <= 2 and (length(c) <= 2 or (length(c) = 4 and separator <> '.')) and separator in ('/', '.', '-', '')
),
votes as (
    select column_key, _source, separator, cast(sum(n) as bigint) as n,
        cast(sum(case when may_end_in_year and first between 1 and 12 and middle between 1 and 31 then n else 0 end) as bigint) as n_month_first,
        cast(sum(case when may_end_in_year and middle between 1 and 12 and first between 1 and 31 then n else 0 end) as bigint) as n_day_first,
        cast(sum(case when may_begin_with_year and middle between 1 and 12 and last between 1 and 31 then n else 0 end) as bigint) as n_year_first,
        count(distinct a) as n_first, count(distinct case when is_short then c end) as n_last,
        cast(sum(case when is_short then n else 0 end) as bigint) as n_short
    from numbers
    group by column_key, _source, separator
),
judged as (
    select *,
        n_month_first > n_day_first and n_month_first > n_year_first as is_month_first,
        n_day_first > n_month_first and n_day_first > n_year_first as is_day_first,
        n_year_first > n_month_first and n_year_first > n_day_first as is_year_first,
        -- Dates of few years and many days: the year stands where fewer different numbers stand.
        n_short = n and n_year_first >= n_month_first and n_year_first >= n_day_first
            and (n_first < n_last or (n_first = n_last and separator in ('.', '-', ''))) as is_year_likely
    from votes
)
select column_key, _source, separator, n, n_month_first, n_day_first, n_year_first,
    case when is_month_first then 'mdy' when is_day_first then 'dmy' when is_year_first or is_year_likely then 'ymd'
         when n_day_first > n_month_first or separator = '.' then 'dmy' when n_month_first > n_day_first then 'mdy'
         when $day_first then 'dmy' else 'mdy' end as date_order,
    case when is_month_first or is_day_first or is_year_first then 'column' when is_year_likely then 'years'
         when n_day_first <> n_month_first then 'column' else 'assumed' end as evidence
from judged
