-- Say which person each record is about: the answer that unifying is measured against.
--
-- grain    one row per source and _row
-- returns  source (file stem), _row (1-based), source_key (missing where the source has none), person_id
-- engine   duckdb
select source, _row, source_key, person_id
from sample.records
union all
select 'shop_orders', _row, order_id::varchar, person_id
from sample.orders
