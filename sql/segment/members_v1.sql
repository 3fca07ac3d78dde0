-- List every customer's segment in every scheme, in one long table.
--
-- grain    one row per scheme and customer_id
-- param    as_of  date   the day of this run
-- returns  customer_id, scheme (see segment.schemes), segment, since (day of the first of the runs in a row that found it so)
-- stored   no, it is what segment.history says of today
select customer_id, scheme, segment, since
from segment.history
where since <= $as_of and (until > $as_of or until is null)
