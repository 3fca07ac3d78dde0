-- Write measures of a column one way: numbers alone where people wrote one unit in several ways, the usual unit where one is mistyped.
--
-- grain    one row per value that does not stay as it is
-- returns  column_no, value, repaired, rule, confidence
with affixes as (
    select column_no, affix, unit, sum(n) as n, median(cast(number as double)) as middle from repair.measures group by column_no, affix, unit
),
totals as (
    select column_no, sum(n) as n, count(distinct nullif(unit, '')) as n_units,
        coalesce(sum(n) filter (where unit is not null), 0) as n_known, coalesce(sum(n) filter (where unit = ''), 0) as n_bare,
        coalesce(min(middle) filter (where unit <> '' and n > 2), 1) as least, coalesce(max(middle) filter (where unit <> '' and n > 2), 1) as most,
        coalesce(max(middle) filter (where unit = ''), 0) as bare_middle
    from affixes group by column_no
),
ranked as (
    select *, row_number() over (partition by column_no order by n desc, affix) as place from affixes
),
columns as (
    select t.*, r.affix as top_affix, cast(r.n as double) / nullif(t.n, 0) as share_top,
        -- Bare numbers are of the same unit only if they are of the same size.
        t.n_units = 1 and t.n_known >= 0.98 * t.n and r.n < 0.9 * t.n
            and (t.n_bare = 0 or t.bare_middle between t.least / 5 and t.most * 5) as is_one_unit
    from totals t join ranked r on r.column_no = t.column_no and r.place = 1
),
judged as (
    select m.column_no, m.value, m.number, m.affix, c.top_affix, c.is_one_unit, c.n_bare,
        not c.is_one_unit and c.share_top >= 0.9 and m.affix <> c.top_affix and a.n <= 0.02 * c.n
            and case when c.top_affix = '|' then regexp_full_match(replace(m.affix, '|', ''), '[^\pL\pN$€£₩%#°]')
                     else damerau_levenshtein(m.affix, c.top_affix) <= greatest(1, length(c.top_affix) // 3)
                          -- A letter at the number may have been a digit: 25x patients.
                          and not (regexp_matches(m.affix, '[|]\pL|\pL[|]') and not regexp_matches(c.top_affix, '[|]\pL|\pL[|]'))
                          and not (m.number = '1' and m.affix || 's' = c.top_affix) end as is_mistyped,
        -- 0.052000000000000005 is 0.052 after a calculation.
        case when regexp_full_match(m.number, '-?[0-9]{1,9}[.][0-9]*(0{6}|9{6})[0-9]{1,4}') and strlen(m.number) >= 15
             then rtrim(rtrim(cast(round(cast(m.number as decimal(38, 20)), 10) as varchar), '0'), '.') else m.number end as exact
    from repair.measures m
    join columns c on c.column_no = m.column_no
    join affixes a on a.column_no = m.column_no and a.affix = m.affix
),
mended as (
    select column_no, value,
        case when is_one_unit then case when n_bare = 0 and contains(exact, '.') then rtrim(rtrim(exact, '0'), '.') else exact end
             when is_mistyped then replace(top_affix, '|', number) else value end as repaired,
        case when is_one_unit then 'one unit written in several ways' else 'mistyped unit' end as rule
    from judged
)
select column_no, value, repaired, rule, 0.95 as confidence from mended where repaired <> value
