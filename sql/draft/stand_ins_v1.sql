-- List codes that are one digit over and over at an end of the range: 00000, 99999.
--
-- grain    one row per column_no and value
-- returns  n (rows)
select column_no, value, n from draft.forms where regexp_full_match(value, '0{4,}|9{4,}')
