-- List the changes that cleaning proposes and did not make: the rule is too unsure, or switched off.
--
-- grain    one row per cell and change proposed
-- returns  relation, _source, _file, _row, column_name, before, after, rule, confidence
-- stored   no, they are the other rows of the logs of the entities, and cells suspected for their frequency
select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.contact_changes where not is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.order_changes where not is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.order_line_changes where not is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.event_changes where not is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.ticket_changes where not is_applied
union all select relation, _source, _file, _row, column_name, before, after, rule, confidence from clean.placeholder_proposals
