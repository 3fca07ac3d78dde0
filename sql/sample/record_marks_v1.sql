-- Write each record's birthday, gender and company as its source writes them.
--
-- grain    one row per source and _row
-- returns  source, _row, n1, n2 (random bits of the record), birth_date (text in the source's format), gender (M, F),
--          company (missing for most)
-- engine   duckdb
select
    records.source,
    records._row,
    records.n1,
    records.n2,
    if(
        records.source = 'postal',
        strftime(people.birth_date, '%Y년 %-m월 %-d일'),
        strftime(people.birth_date, '%Y-%m-%d')
    ) as birth_date,
    if(people.gender = 'female', 'F', 'M') as gender,
    reach.company
from sample.records
join sample.people on people.person_id = records.person_id
join sample.reach on reach.person_id = records.person_id
where records.source in ('crm', 'postal')
