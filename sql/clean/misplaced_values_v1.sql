-- Say which values of contacts stand in the wrong column, and which column each belongs into.
--
-- grain    one row per contact and column that is involved
-- returns  _source, _file, _row, column_name, text (as it is), value (as it should be), kind (what else was in it), is_free
--          (false: the column it belongs into holds another value already)
with strange as (
    -- A name may stay beside an e-mail or a number; in any other column what is left over makes the case doubtful.
    select *,
        case when column_name = 'email' then email when column_name = 'phone' then coalesce(phone, case when email is null and day is null then text end)
             when column_name in ('full_name', 'given_name', 'family_name') then case when regexp_matches(rest, '\pL') then rest end
             when column_name = 'birth_date' then case when email is null and phone is null then text end
             when column_name = 'postcode' then case when email is null and phone is null and day is null and city is null then text end
             when column_name = 'city' then case when email is null and phone is null and day is null and postcode is null then text end end as kept
    from clean.suspect_contacts
    where text is not null
),
moves as (
    select _source, _file, _row, column_name as origin, text, kept, 'email' as target, email as value from strange where email is not null and column_name <> 'email'
    union all select _source, _file, _row, column_name, text, kept, 'phone', phone from strange where phone is not null and column_name <> 'phone'
    union all select _source, _file, _row, column_name, text, kept, 'birth_date', day from strange where day is not null and column_name <> 'birth_date'
    union all select _source, _file, _row, column_name, text, kept, 'postcode', postcode from strange where postcode is not null
    union all select _source, _file, _row, column_name, text, kept, 'city', city from strange where city is not null
),
clear as (
    -- Words that would be lost keep the cell as it is.
    select m.* from moves m
    join strange f on f._source = m._source and f._file is not distinct from m._file and f._row = m._row and f.column_name = m.origin
    where f.rest = '' or m.origin in ('full_name', 'given_name', 'family_name') and regexp_full_match(f.rest, '[\pL .''-]+')
),
wanted as (
    select _source, _file, _row, target, min(value) as value, count(distinct lower(value)) as n_values from clear group by _source, _file, _row, target
),
placed as (
    select w.*, s.text as own_text, o.origin is not null as is_leaving,
        -- What cannot be an e-mail, a number or a date takes no place.
        case when o.origin is not null then o.kept when w.target = 'email' and not regexp_matches(lower(s.text), '[@＠]|골뱅이|[^a-z]at[^a-z]') then null
             when w.target = 'phone' and not contains(s.text, '@') and length(regexp_replace(s.text, '[^0-9０-９]', '', 'g')) < 7 then null
             when w.target = 'birth_date' and not regexp_matches(s.text, '[0-9０-９@]') then null else s.text end as own
    from wanted w
    left join clean.suspect_contacts s on s._source = w._source and s._file is not distinct from w._file and s._row = w._row and s.column_name = w.target
    left join (select distinct _source, _file, _row, origin, kept from clear) o
        on o._source = w._source and o._file is not distinct from w._file and o._row = w._row and o.origin = w.target
),
targets as (
    select *, n_values = 1 and (own is null or lower(own) = lower(value)
        or target = 'phone' and regexp_replace(own, '[^0-9+]', '', 'g') = regexp_replace(value, '[^0-9+]', '', 'g')) as is_free from placed
    -- A town in the postcode's column is taken for one where the town is missing, or is the same.
    where not (target = 'city' and own is not null and lower(own) <> lower(value))
)
select t._source, t._file, t._row, t.target as column_name, t.own_text as text, coalesce(t.own, case when t.is_free then t.value end) as value, t.target as kind, t.is_free
from targets t
union all
select distinct c._source, c._file, c._row, c.origin, c.text, c.kept, min(c.target) over (partition by c._source, c._file, c._row, c.origin), t.is_free
from clear c
join targets t on t._source = c._source and t._file is not distinct from c._file and t._row = c._row and t.target = c.target
where not exists (select 1 from targets o where o._source = c._source and o._file is not distinct from c._file and o._row = c._row and o.target = c.origin)
