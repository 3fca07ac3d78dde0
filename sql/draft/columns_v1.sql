-- Sum up every column by how its values are written.
--
-- grain    one row per column_no that has a filled cell
-- returns  n_… rows of which something holds; n_distinct values, n_single (values that stand once), n_repeats (rows that are not the first
--          of their value), n_top (rows of the commonest), letters, numbers and moments between which all lie
select column_no, cast(sum(n) as bigint) as n_filled, count(*) as n_distinct, count(*) filter (where n = 1) as n_single,
    cast(sum(n) - count(*) as bigint) as n_repeats, max(n) as n_top,
    min(letters) as min_letters, max(letters) as max_letters, sum(n * letters) / nullif(sum(n), 0) as mean_letters, sum(n * n_blanks) / nullif(sum(n), 0) as mean_blanks,
    cast(coalesce(sum(n) filter (where is_number), 0) as bigint) as n_number,
    cast(coalesce(sum(n) filter (where is_integer), 0) as bigint) as n_integer,
    cast(coalesce(sum(n) filter (where is_integer and is_padded), 0) as bigint) as n_padded,
    cast(coalesce(sum(n) filter (where is_dated), 0) as bigint) as n_dated,
    cast(coalesce(sum(n) filter (where moment is not null), 0) as bigint) as n_moment,
    cast(coalesce(sum(n) filter (where is_email), 0) as bigint) as n_email,
    cast(coalesce(sum(n) filter (where is_url), 0) as bigint) as n_url,
    cast(coalesce(sum(n) filter (where is_uuid), 0) as bigint) as n_uuid,
    cast(coalesce(sum(n) filter (where is_phone), 0) as bigint) as n_phone,
    cast(coalesce(sum(n) filter (where has_digit), 0) as bigint) as n_digit,
    cast(coalesce(sum(n) filter (where has_letter), 0) as bigint) as n_letter,
    cast(coalesce(sum(n) filter (where has_odd), 0) as bigint) as n_odd,
    cast(coalesce(sum(n) filter (where is_spaced), 0) as bigint) as n_spaced,
    cast(coalesce(sum(n) filter (where is_placeholder), 0) as bigint) as n_placeholder,
    cast(coalesce(sum(n) filter (where is_measure), 0) as bigint) as n_measure, count(distinct affix) filter (where is_measure) as n_affixes,
    min(number) as min_number, max(number) as max_number, min(moment) as min_moment, max(moment) as max_moment,
    count(distinct mask) as n_masks, count(distinct shape) as n_shapes
from draft.forms
group by column_no
