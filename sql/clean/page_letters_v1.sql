-- List what each letter is in bytes, on the two code pages whose texts are most often read for one another or for UTF-8.
--
-- grain    one row per page and letter beyond ASCII
-- returns  page (cp1252, cp949), letter, code (bytes in hexadecimal digits)
select 'cp1252' as page, letter, code from clean.cp1252_letters
union all
select 'cp949', letter, code from clean.cp949_letters
union all
-- A byte that the Korean page does not know is passed on as it is.
select 'cp949', chr(128), '80'
