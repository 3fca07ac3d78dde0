-- Find Korean business registration numbers in company names and keys, with their check digit proved.
--
-- grain    one row per source, column and text that holds such a number
-- returns  _source, column_name (company, source_key, member_no), raw, n (rows), business_number (123-45-67890),
--          is_valid (the check digit is right, and the digits are not one repeated); ten digits without dashes are taken only where
--          the text says 사업자 or nine of ten such texts of the column have a right check digit, and ten have at least
-- source   National Tax Service: weights 1 3 7 1 3 7 1 3 5 and the tens of five times the ninth digit
with cells as (
    select _source, unnest([{'column_name': 'company', 'raw': company}, {'column_name': 'source_key', 'raw': source_key},
        {'column_name': 'member_no', 'raw': member_no}]) as cell
    from source.contacts
),
found as (
    select _source, cell.column_name as column_name, cell.raw as raw, count(*) as n
    from cells
    where regexp_matches(cell.raw, '(^|[^0-9０-９-])[0-9０-９]{3}[-－ ]?[0-9０-９]{2}[-－ ]?[0-9０-９]{5}($|[^0-9０-９-])')
    group by _source, cell.column_name, cell.raw
),
read as (
    select *, regexp_extract(translate(raw, '０１２３４５６７８９－', '0123456789-'),
        '(?:^|[^0-9-])([0-9]{3}([- ]?)[0-9]{2}([- ]?)[0-9]{5})(?:$|[^0-9-])', ['whole', 'one', 'two']) as number
    from found
),
digits as (
    select *, regexp_replace(number.whole, '[- ]', '', 'g') as d, number.one = '' and number.two = '' as is_bare
    from read
),
summed as (
    select *, cast(substr(d, 1, 1) as integer) + 3 * cast(substr(d, 2, 1) as integer) + 7 * cast(substr(d, 3, 1) as integer)
        + cast(substr(d, 4, 1) as integer) + 3 * cast(substr(d, 5, 1) as integer) + 7 * cast(substr(d, 6, 1) as integer)
        + cast(substr(d, 7, 1) as integer) + 3 * cast(substr(d, 8, 1) as integer) + 5 * cast(substr(d, 9, 1) as integer)
        + cast(substr(d, 9, 1) as integer) // 2 + cast(substr(d, 10, 1) as integer) as total
    from digits
),
judged as (
    select *, total % 10 = 0 and not regexp_full_match(d, '0{10}|1{10}|2{10}|3{10}|4{10}|5{10}|6{10}|7{10}|8{10}|9{10}') as is_valid
    from summed
),
evidence as (
    select _source, column_name, sum(case when is_valid then 1 else 0 end) as n_valid, count(*) as n_bare
    from judged
    where is_bare
    group by _source, column_name
)
select j._source, j.column_name, j.raw, j.n, substr(j.d, 1, 3) || '-' || substr(j.d, 4, 2) || '-' || substr(j.d, 6, 5) as business_number, j.is_valid
from judged j
left join evidence e on e._source = j._source and e.column_name = j.column_name
where not j.is_bare or contains(j.raw, '사업자') or (e.n_valid >= 10 and 10 * e.n_valid >= 9 * e.n_bare)
