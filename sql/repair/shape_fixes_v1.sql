-- Bring stray values of a column back to the form that nearly all others have: spaces, separators, lost zeros, calculation noise, words where numbers stand.
--
-- grain    one row per value that does not stay as it is
-- returns  column_no, value, repaired (NULL: says nothing), rule, confidence
with shaped as (
    -- Patterns are costly where a column has millions of values, so the common questions are asked of plain texts.
    select column_no, value, n, mask, ltrim(mask, '9') = '' as is_digits, contains(mask, '9') as has_digit,
        case when starts_with(value, ' ') or suffix(value, ' ') or contains(value, '  ') then true
             else contains(value, chr(9)) or contains(value, chr(10)) or contains(value, chr(13)) end as is_spaced,
        case when strlen(value) between 15 and 40 and contains(value, '.')
             then regexp_full_match(value, '-?[0-9]{1,9}[.][0-9]*(0{6}|9{6})[0-9]{1,4}') else false end as is_noisy
    from (select column_no, value, n, translate(value, '012345678', '999999999') as mask
        from repair.distinct_values where value is not null and strlen(value) <= 200)
),
masks as (
    select column_no, mask, sum(n) as n, row_number() over (partition by column_no order by sum(n) desc, mask) as place
    from shaped where has_digit group by column_no, mask
),
habits as (
    select s.column_no, sum(s.n) as n, sum(s.n) filter (where s.is_spaced) as n_spaced, sum(s.n) filter (where s.is_noisy) as n_noisy,
        sum(s.n) filter (where not s.has_digit and h.word is null) as n_wordy, sum(s.n) filter (where s.has_digit) as n_digit
    from shaped s left join clean.placeholders h on h.word = lower(trim(s.value)) and h.is_general
    group by s.column_no
),
judged as (
    select s.*, m.mask as top_mask, m.n >= 0.98 * b.n as is_uniform, z.value is not null as is_known_padded,
        h.word is not null and coalesce(b.n_wordy, 0) = 0 and b.n_digit >= 10 as is_empty_word,
        b.n_spaced <= 0.02 * b.n as are_spaces_rare, b.n_noisy <= 0.05 * b.n as is_noise_rare
    from shaped s
    join habits b on b.column_no = s.column_no
    left join masks m on m.column_no = s.column_no and m.place = 1
    left join clean.placeholders h on h.word = lower(trim(s.value)) and h.is_general
    left join repair.distinct_values z on z.column_no = s.column_no and s.is_digits and z.value = '0' || s.value and z.n > 2
),
mended as (
    select column_no, value,
        case when is_empty_word then null
             when is_spaced and are_spaces_rare then trim(regexp_replace(value, '\s+', ' ', 'g'))
             when is_noisy and is_noise_rare then rtrim(rtrim(cast(round(cast(value as decimal(38, 20)), 10) as varchar), '0'), '.')
             when is_uniform and is_digits and is_known_padded and regexp_full_match(top_mask, '9+') and length(value) + 1 = length(top_mask)
                  then '0' || value
             -- The same groups of digits with other signs between them.
             when is_uniform and mask <> top_mask and not regexp_matches(concat(mask, top_mask), '\pL')
                  and regexp_extract_all(mask, '9+') = regexp_extract_all(top_mask, '9+')
                  then array_to_string(list_transform(string_split(regexp_replace(top_mask, '9+', '9', 'g'), '9'),
                      lambda separator, place: concat(separator, regexp_extract_all(value, '[0-9]+')[place])), '')
             else value end as repaired,
        case when is_empty_word then 'placeholder word' when is_spaced and are_spaces_rare then 'spaces' when is_noisy then 'noise of a calculation'
             when is_digits then 'leading zero lost' else 'separators unlike the rest' end as rule,
        case when is_digits then 0.92 else 0.95 end as confidence
    from judged
)
select column_no, value, repaired, rule, confidence from mended where repaired is distinct from value
