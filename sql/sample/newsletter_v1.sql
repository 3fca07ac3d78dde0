-- Lay out the mailing list: e-mail and given name only, dates as month/day/two-digit year.
--
-- grain    one row per subscription; _row is its place in the file
-- returns  _row and the columns of newsletter.csv
-- engine   duckdb
select
    records._row,
    nullif(coalesce(wrong.email, reach.email_right), '') as email,
    nullif(coalesce(wrong.given_name, names.given_right), '') as first_name,
    strftime(records.created_at, '%-m/%-d/%y') as signup_date,
    if(records.h % 10 < 8, 'yes', 'no') as opt_in,
    ['footer', 'pop-up', 'checkout', 'event'][1 + ((records.h >> 4) % 4)::int] as source
from sample.records
join sample.record_names as names on names.source = records.source and names._row = records._row
join sample.record_reach as reach on reach.source = records.source and reach._row = records._row
left join sample.wrong_cells as wrong on wrong.source = records.source and wrong._row = records._row
where records.source = 'newsletter'
