-- List the cells of the files that are not as they would be right: given in another way, hit by noise, or both.
--
-- grain    one row per source, _row and column_name
-- returns  source, _row, column_name, role (kind of cell), part (of a contact), right_value, given (before
--          noise), variant (missing when given
--          as right), noise (the kind to apply; missing for none)
-- engine   duckdb
with written as (
    -- Ten random bits of the record decide on the noise of each of its cells.
    select source, _row, 'full' as part, full_right as right_value, full_given as given, variant, n1 % 1024 as draw
    from sample.record_names
    union all
    select source, _row, 'given', given_right, given_given, variant, (n1 >> 10) % 1024 from sample.record_names
    union all
    select source, _row, 'family', family_right, family_given, variant, (n1 >> 20) % 1024 from sample.record_names
    union all
    select source, _row, 'email', email_right, email_given, email_variant, (n1 >> 30) % 1024 from sample.record_reach
    union all
    select source, _row, 'phone', phone_right, phone_given, phone_variant, (n1 >> 40) % 1024 from sample.record_reach
    union all
    select source, _row, 'street', street_right, street_given, address_variant, n2 % 1024 from sample.record_reach
    union all
    select source, _row, 'address', address_right, address_given, address_variant, n2 % 1024 from sample.record_reach
    union all
    select source, _row, 'city', city_right, city_given, address_variant, (n2 >> 10) % 1024 from sample.record_reach
    union all
    select source, _row, 'postcode', postcode_right, postcode_given, address_variant, (n2 >> 20) % 1024
    from sample.record_reach
    union all
    select source, _row, 'birth_date', birth_date, null, null, (n1 >> 50) % 1024 from sample.record_marks
    union all
    select source, _row, 'gender', gender, null, null, (n2 >> 30) % 1024 from sample.record_marks
    union all
    select source, _row, 'company', company, null, null, (n2 >> 40) % 1024 from sample.record_marks
)

select
    written.source,
    written._row,
    columns.column_name,
    columns.role,
    written.part,
    written.right_value,
    coalesce(written.given, written.right_value) as given,
    written.variant,
    rates.kind as noise
from written
join sample.columns as columns on columns.source = written.source and columns.part = written.part
left join sample.rate_slots as rates
    on rates.list = 'noise' and rates.role = columns.role and rates.who = written.source and rates.slot = written.draw
where written.right_value is not null
    and (
        rates.kind is not null
        or written.given <> written.right_value
        -- What CP949 has no sign for is lost on the postal list.
        or (written.source = 'postal'
            and regexp_matches(coalesce(written.given, written.right_value), '[^ -~가-힣！-～㈜]'))
    )
