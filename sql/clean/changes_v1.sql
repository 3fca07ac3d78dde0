-- Log every cell that cleaning changed.
--
-- grain    one row per changed cell
-- returns  relation, _source, _file, _row, column_name, before, after (NULL: taken away, even where the cell was then filled),
--          rule, confidence; a mere change of type (an ISO date to a date, 12.5 to 12.5000) and an empty cell filled from others of
--          its row (a given name out of the full name) are no changes
-- stored   no, they are the applied rows of the logs of the entities
select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.contact_changes where is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.order_changes where is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.order_line_changes where is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.event_changes where is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.ticket_changes where is_applied
