-- Make orders of the lines of systems that have lines but no orders.
--
-- grain    one row per system and order key
-- returns  the columns of clean.orders: ordered_at (earliest line), amount (sum of its lines), currency (NULL where lines differ),
--          status (completed when one line is; else cancelled when one is; else returned), _source, _file, _row of the first line
with lines as (
    select * from clean.order_lines
    where order_key is not null and _system not in (select _system from source.orders where _system is not null)
)
select min({'source': _source, 'file': _file, 'row': _row}).source as _source, _system,
    min({'source': _source, 'file': _file, 'row': _row}).file as _file,
    min({'source': _source, 'file': _file, 'row': _row}).row as _row,
    order_id, min(contact_id) as contact_id, order_key, min(contact_key) as contact_key,
    cast(null as varchar) as email, cast(null as varchar) as phone, min(ordered_at) as ordered_at,
    case when max(case when status = 'completed' then 1 else 0 end) = 1 then 'completed'
         when max(case when status = 'cancelled' then 1 else 0 end) = 1 then 'cancelled' else min(status) end as status,
    try_cast(sum(amount) as decimal(18, 4)) as amount,
    case when min(currency) = max(currency) then min(currency) end as currency,
    cast(null as varchar) as channel, cast(null as varchar) as campaign
from lines
group by _system, order_id, order_key
