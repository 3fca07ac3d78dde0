-- Put the numbers and moments of every column on a line.
--
-- grain    one row per column_no and x, of columns of which at least nine values of ten are numbers or moments
-- returns  x (moments as days since 1970), n (rows), first_no
select f.column_no, coalesce(f.number, date_diff('second', timestamp '1970-01-01', f.moment) / 86400.0) as x, sum(f.n) as n, min(f.first_no) as first_no
from draft.forms f
join draft.columns c on c.column_no = f.column_no
where (f.number is not null and c.n_number >= 0.9 * c.n_filled) or (f.moment is not null and c.n_moment >= 0.9 * c.n_filled)
group by f.column_no, coalesce(f.number, date_diff('second', timestamp '1970-01-01', f.moment) / 86400.0)
