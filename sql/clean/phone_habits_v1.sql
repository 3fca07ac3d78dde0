-- Tell what happened to the telephone numbers of the whole data: whether a spreadsheet took their zeros, and whose they are.
--
-- grain    one row
-- returns  is_zero_lost (mobile numbers stand there without their zero, and more of them than with it in the same form),
--          is_american (numbers in the form of North America in rows without a country)
with counted as (
    select coalesce(sum(n_cells) filter (where regexp_full_match(number, '10[1-9][0-9]{7}')), 0) as n_lost,
        coalesce(sum(n_cells) filter (where regexp_full_match(number, '010[0-9]{8}')), 0) as n_whole,
        coalesce(sum(n_cells) filter (where not has_country and regexp_full_match(shape, '[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}')), 0) as n_american
    from clean.phone_digits
)
select n_lost >= 5 and n_lost > n_whole as is_zero_lost, n_american >= 5 as is_american from counted
