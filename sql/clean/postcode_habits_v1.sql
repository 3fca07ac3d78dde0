-- Tell how long the postcodes of every source are, so that a leading zero taken by a spreadsheet is seen.
--
-- grain    one row per source
-- returns  n_five and n_four (postcodes of five and of four digits, whatever stands between),
--          is_five (ten and more have five, and at most one of five has four: those have lost a zero)
with sized as (
    select _source, case when strlen(postcode) = 5 and postcode < ':' then 5
                         else length(regexp_replace(left(postcode, 40), '[.]0$|[^0-9]', '', 'g')) end as n_digits
    from source.contacts
    where postcode is not null
),
counted as (
    select _source, cast(sum(case when n_digits = 5 then 1 else 0 end) as bigint) as n_five,
        cast(sum(case when n_digits = 4 then 1 else 0 end) as bigint) as n_four
    from sized
    group by _source
)
select _source, n_five, n_four, n_five >= 10 and n_five >= 4 * n_four as is_five from counted
