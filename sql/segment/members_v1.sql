-- List every customer's segment in every scheme, in one long table.
--
-- grain    one row per scheme and customer_id
-- returns  scheme (rfm: customers with a purchase; lifecycle: all customers; the name of each segment of your own: its members), segment
select customer_id, 'rfm' as scheme, segment from segment.rfm_named
union all
select customer_id, 'lifecycle' as scheme, segment from segment.lifecycle
union all
select customer_id, scheme, segment from segment.own
