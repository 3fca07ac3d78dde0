-- Part the texts of columns of measures into number and unit: 12.0 oz., 0.05%, 15 patients.
--
-- grain    one row per value that holds one number, of columns where at least nine values of ten do
-- returns  column_no, value, n, number (as written), affix (what stands before and behind it, | for the number), unit
--          (by repair.units; '' for a bare number, NULL for no known one)
with parted as (
    select v.column_no, v.value, v.n, regexp_extract(v.value, '-?[0-9]+(?:[.][0-9]+)?') as number,
        regexp_replace(v.value, '-?[0-9]+([.][0-9]+)?', '|', 'g') as affix
    from repair.distinct_values v
    where v.value is not null and strlen(v.value) <= 60
      and regexp_full_match(v.value, '[^0-9-]{0,6}-?[0-9]+([.][0-9]+)?([^0-9.,-][^0-9]*|/[0-9]+)?')
),
measured as ( -- Placeholders say nothing for or against.
    select c.column_no
    from repair.columns c
    join (select column_no, sum(n) as n, count(distinct affix) as n_affixes from parted group by column_no) p on p.column_no = c.column_no
    left join (select v.column_no, sum(v.n) as n from repair.distinct_values v join clean.placeholders h on h.word = lower(trim(v.value))
        group by v.column_no) e on e.column_no = c.column_no
    where p.n >= 0.9 * (c.n_filled - coalesce(e.n, 0)) and p.n_affixes > 1
)
select p.column_no, p.value, p.n, p.number, p.affix,
    case when p.affix = '|' then '' else coalesce(u.unit, f.unit) end as unit
from parted p
join measured m on m.column_no = p.column_no
left join repair.units u on u.word = replace(lower(trim(replace(p.affix, '|', ''))), '.', '')
-- oz. Alumi-Tek: the first word behind the number is the unit.
left join repair.units f on f.word = replace(lower(split_part(trim(split_part(p.affix, '|', 2)), ' ', 1)), '.', '') and starts_with(p.affix, '|')
