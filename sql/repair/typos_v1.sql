-- Pair rare values with frequent ones of their column that are one typing error or another case away.
--
-- grain    one row per value_id and meant_id
-- returns  confidence that it is an error and no value of its own: the share of such pairs that the column's own values do not
--          explain, frequent values among each other being no errors
-- source   deleting one letter from both finds all pairs one edit apart: Mor and Fraenkel (1982)
with candidates as (
    select v.*, coalesce(length(v.value), 0) as letters
    from repair.distinct_values v
    join repair.columns c on c.column_no = v.column_no
    where v.value is not null and length(v.value) <= 60 and c.n_repeated >= 0.5 * c.n_filled and c.share_number < 0.5
),
shortened as (
    select column_no, value_id, value, n, value as form from candidates
    union
    select column_no, value_id, value, n, left(value, cast(place as integer) - 1) || substr(value, cast(place as integer) + 1)
    from (select *, unnest(range(1, letters + 1)) as place from candidates where letters > 3)
),
near as (
    select distinct r.column_no, r.value_id, f.value_id as meant_id, r.n, f.n as n_meant
    from shortened r
    join shortened f on f.column_no = r.column_no and f.form = r.form and f.value_id <> r.value_id
    where f.n >= 3 and f.n >= r.n
      -- Other digits are another thing: ward 1, ward 2.
      and regexp_replace(r.value, '[^0-9]', '', 'g') = regexp_replace(f.value, '[^0-9]', '', 'g')
      and damerau_levenshtein(r.value, f.value) = 1
),
cased as (
    select column_no, value_id, n, max_by(value_id, n * 1000000000 - value_id) over same as meant_id, max(n) over same as n_meant
    from candidates window same as (partition by column_no, lower(value))
),
known as (
    select distinct top_id as value_id from repair.counts where size > 2 and n_top * 2 > size
),
rare as (
    select n.* from near n where n.n_meant >= 5 * n.n and n.n <= 3
      and not exists (select 1 from known k where k.value_id = n.value_id)
),
habits as (
    select c.column_no,
        count(*) filter (where c.n > 3) as n_frequent,
        count(*) filter (where c.n > 3 and c.value_id in (select value_id from near where n > 3)) as n_frequent_near,
        count(*) filter (where c.n <= 3) as n_rare,
        count(*) filter (where c.n <= 3 and c.value_id in (select value_id from rare)) as n_rare_near
    from candidates c group by c.column_no
)
select r.column_no, r.value_id, r.meant_id, 'rare misspelling of a frequent value' as rule,
    round(greatest(0, 1 - n_rare * (n_frequent_near + 0.5) / nullif((n_frequent + 1) * n_rare_near, 0)), 6) as confidence
from rare r
join habits h on h.column_no = r.column_no
union all
select column_no, value_id, meant_id, 'upper or lower case unlike the rest', 0.95 from cased where n_meant >= 5 * n
