-- Turn back what a spreadsheet made of ranges and thousands: 12-Aug among 8-12 and 101-115, 1,234 among 1234.
--
-- grain    one row per value that does not stay as it is
-- returns  column_no, value, repaired, rule, confidence
with months as (
    select * from (values ('jan', 1), ('feb', 2), ('mar', 3), ('apr', 4), ('may', 5), ('jun', 6), ('jul', 7), ('aug', 8),
        ('sep', 9), ('oct', 10), ('nov', 11), ('dec', 12)) as t(name, month)
),
habits as (
    select v.column_no, sum(v.n) as n,
        sum(case when regexp_full_match(v.value, '[0-9]+ ?[-–] ?[0-9]+') then v.n else 0 end) as n_ranges,
        sum(case when regexp_full_match(v.value, '-?[0-9]{4,}([.][0-9]+)?') then v.n else 0 end) as n_plain,
        sum(case when regexp_full_match(v.value, '-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?') then v.n else 0 end) as n_thousands,
        sum(case when regexp_full_match(v.value, '-?[0-9]+([.][0-9]+)?') then v.n else 0 end) as n_numbers
    from repair.distinct_values v where v.value is not null group by v.column_no
),
dated as (
    select v.column_no, v.value, lower(regexp_extract(v.value, '[A-Za-z]{3}')) as name, regexp_extract(v.value, '[0-9]+') as number
    from repair.distinct_values v
    join habits h on h.column_no = v.column_no
    where h.n_ranges >= 0.5 * h.n and regexp_full_match(v.value, '[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2}')
)
select d.column_no, d.value, concat(m.month, '-', d.number) as repaired, 'range turned into a date' as rule, 0.92 as confidence
from dated d join months m on m.name = d.name
union all
select v.column_no, v.value, replace(v.value, ',', ''), 'thousands separated unlike the rest', 0.95
from repair.distinct_values v
join habits h on h.column_no = v.column_no
where h.n_plain >= 4 * h.n_thousands and h.n_numbers + h.n_thousands >= 0.95 * h.n
  and regexp_full_match(v.value, '-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?')
