-- Gather the wrong cells of each record, ready to be laid over the right values.
--
-- grain    one row per source and _row of the records with a wrong cell
-- returns  source, _row, and a column per part of a contact: what stands in the file, '' for an emptied cell, missing where
--          the cell is right
-- engine   duckdb
select
    source,
    _row,
    max(coalesce(wrong_value, '')) filter (where part = 'full') as full_name,
    max(coalesce(wrong_value, '')) filter (where part = 'given') as given_name,
    max(coalesce(wrong_value, '')) filter (where part = 'family') as family_name,
    max(coalesce(wrong_value, '')) filter (where part = 'email') as email,
    max(coalesce(wrong_value, '')) filter (where part = 'phone') as phone,
    max(coalesce(wrong_value, '')) filter (where part = 'street') as street,
    max(coalesce(wrong_value, '')) filter (where part = 'address') as address,
    max(coalesce(wrong_value, '')) filter (where part = 'city') as city,
    max(coalesce(wrong_value, '')) filter (where part = 'postcode') as postcode,
    max(coalesce(wrong_value, '')) filter (where part = 'birth_date') as birth_date,
    max(coalesce(wrong_value, '')) filter (where part = 'gender') as gender,
    max(coalesce(wrong_value, '')) filter (where part = 'company') as company
from sample.corruptions
group by source, _row
