-- Give every contact that holds values in the wrong columns the texts that its columns should be read from.
--
-- grain    one row per contact with a misplaced value
-- returns  _source, _file, _row, email, phone, full_name, given_name, family_name, postcode, city, birth_date (the texts to read;
--          those not concerned as they are), columns (those that change), rule, confidence (0 to 1; 0.5 where the place that a
--          value belongs into holds another)
with moved as (
    select _source, _file, _row,
        list(column_name order by column_name) filter (where value is distinct from text) as columns,
        max(case when column_name = 'email' then value end) as email, max(case when column_name = 'phone' then value end) as phone,
        max(case when column_name = 'full_name' then value end) as full_name, max(case when column_name = 'given_name' then value end) as given_name,
        max(case when column_name = 'family_name' then value end) as family_name, max(case when column_name = 'postcode' then value end) as postcode,
        max(case when column_name = 'city' then value end) as city, max(case when column_name = 'birth_date' then value end) as birth_date,
        min(kind) as kind, count(distinct kind) as n_kinds, min(case when is_free then 1 else 0 end) as is_free
    from clean.misplaced_values
    group by _source, _file, _row
    having count(case when value is distinct from text then 1 end) > 0
),
keys as (
    select _source, _file, _row from moved union select _source, _file, _row from clean.misplaced_names
),
read as (
    select c._source, c._file, c._row,
        case when array_contains(m.columns, 'email') then m.email else c.email end as email,
        case when array_contains(m.columns, 'phone') then m.phone else c.phone end as phone,
        case when n._source is not null then n.full_name when array_contains(m.columns, 'full_name') then m.full_name else c.full_name end as full_name,
        case when n._source is not null then n.given_name when array_contains(m.columns, 'given_name') then m.given_name else c.given_name end as given_name,
        case when n._source is not null then n.family_name when array_contains(m.columns, 'family_name') then m.family_name else c.family_name end as family_name,
        case when array_contains(m.columns, 'postcode') then m.postcode else c.postcode end as postcode,
        case when array_contains(m.columns, 'city') then m.city else c.city end as city,
        case when array_contains(m.columns, 'birth_date') then m.birth_date else c.birth_date end as birth_date,
        m.columns, case when m._source is null then n.rule when m.n_kinds > 1 then 'values in each other''s columns' when m.kind = 'email' then 'e-mail in another column'
            when m.kind = 'birth_date' then 'birth date in another column' else m.kind || ' in another column' end as rule,
        case when m._source is null then n.confidence when m.is_free = 0 then 0.5 when m.n_kinds > 1 then case when m.kind = 'city' then 0.92 else 0.96 end
            -- Another day than that of the birth may be meant, by the year.
            when m.kind = 'city' or m.kind = 'birth_date' and regexp_extract(m.birth_date, '(19|20)[0-9][0-9]') > '2010' then 0.85 else 0.96 end as confidence,
        c.full_name as old_full, c.given_name as old_given, c.family_name as old_family
    from keys k
    join source.contacts c on c._source = k._source and c._file is not distinct from k._file and c._row = k._row
    left join moved m on m._source = c._source and m._file is not distinct from c._file and m._row = c._row
    left join clean.misplaced_names n on n._source = c._source and n._file is not distinct from c._file and n._row = c._row
        -- Names are put right beside other values, unless those come out of the names or stay doubtful.
        and (m._source is null or m.is_free = 1 and n.confidence >= 0.9 and not array_contains(m.columns, 'full_name')
            and not array_contains(m.columns, 'given_name') and not array_contains(m.columns, 'family_name'))
)
select _source, _file, _row, email, phone, full_name, given_name, family_name, postcode, city, birth_date,
    string_split(concat_ws(',', nullif(array_to_string(columns, ','), ''),
        case when full_name is distinct from old_full and not coalesce(array_contains(columns, 'full_name'), false) then 'full_name' end,
        case when given_name is distinct from old_given and not coalesce(array_contains(columns, 'given_name'), false) then 'given_name' end,
        case when family_name is distinct from old_family and not coalesce(array_contains(columns, 'family_name'), false) then 'family_name' end),
        ',') as columns,
    rule, cast(confidence as double) as confidence
from read
