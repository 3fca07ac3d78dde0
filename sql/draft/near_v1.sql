-- Pair rare values with a frequent one of their column that they are one typing error, another case or other blanks away from.
--
-- grain    one row per column_no and rare value: the frequent value it is likeliest meant to be
-- returns  n, meant, n_meant, how ('case', 'blanks' or 'letter'), share_odd (of the column's rare values, those that are near a frequent
--          one, over what its frequent values show among themselves; 1: all such pairs are errors)
-- source   deleting one letter from both finds all pairs one edit apart: Mor and Fraenkel (1982)
with candidates as (
    select f.column_no, f.value, f.n, f.letters, c.n_filled, c.n_distinct
    from draft.forms f
    join draft.columns c on c.column_no = f.column_no
    -- A column whose values hardly repeat has no frequent value that one could mean.
    where f.letters between 2 and 200 and not f.is_number and c.n_repeats >= 0.5 * c.n_filled and c.n_distinct <= 5000
),
folded as (
    select *, lower(regexp_replace(value, '\s+', '', 'g')) as form from candidates
),
same as (
    select r.column_no, r.value, r.n, f.value as meant, f.n as n_meant,
        case when lower(r.value) = lower(f.value) then 'case' else 'blanks' end as how
    from folded r join folded f on f.column_no = r.column_no and f.form = r.form and f.value <> r.value
    where f.n >= 5 * r.n and f.n >= 5
),
shortened as (
    select column_no, value, n, value as form from candidates where letters > 3
    union
    select column_no, value, n, left(value, cast(place as integer) - 1) || substr(value, cast(place as integer) + 1)
    from (select *, unnest(range(1, letters + 1)) as place from candidates where letters > 3)
),
close as (
    select distinct r.column_no, r.value, r.n, f.value as meant, f.n as n_meant
    from shortened r
    join shortened f on f.column_no = r.column_no and f.form = r.form and f.value <> r.value
    -- Other digits are another thing: ward 1, ward 2.
    where f.n >= r.n and regexp_replace(r.value, '[^0-9]', '', 'g') = regexp_replace(f.value, '[^0-9]', '', 'g')
),
rare as (
    select * from close where n_meant >= 5 * n and n_meant >= 3
),
habits as ( -- What frequent values are to each other is no error.
    select c.column_no, count(*) filter (where c.n >= 5) as n_frequent,
        count(*) filter (where c.n >= 5 and exists (select 1 from close k where k.column_no = c.column_no and k.value = c.value and k.n >= 5)) as n_frequent_near,
        count(*) filter (where c.n < 5) as n_rare,
        count(*) filter (where c.n < 5 and exists (select 1 from rare k where k.column_no = c.column_no and k.value = c.value)) as n_rare_near
    from candidates c group by c.column_no
),
found as (
    select column_no, value, n, meant, n_meant, how, 1.0 as share_odd from same
    union all
    select r.column_no, r.value, r.n, r.meant, r.n_meant, 'letter',
        greatest(0, 1 - (n_rare + 1) * (n_frequent_near + 0.5) / nullif((n_frequent + 1) * (n_rare_near + 1), 0))
    from rare r join habits h on h.column_no = r.column_no
),
ranked as (
    select *, row_number() over (partition by column_no, value order by share_odd desc, n_meant desc, how, meant) as place from found
)
select column_no, value, n, meant, n_meant, how, round(share_odd, 6) as share_odd from ranked where place = 1
