-- Write postcodes as their country does: 06236, SW1A 1AA, K1A 0B1, 1012 AB, 100-0001; a zero that a spreadsheet took comes back.
--
-- grain    one row per postcode text and country text that do not stay as they are
-- param    default_country   text = 'KR'   ISO 3166-1 alpha-2 of rows that name no known country
-- returns  raw, country_text ('' for none: the country as the row had it), value (NULL: says nothing), rule, confidence;
--          Korean codes of six digits, in use until July 2015, become 123-456 and stay: clean.postcode_marks lists them
-- source   Universal Postal Union, addressing guides: the layout of codes, by country
with cells as (
    select _source, postcode, country from source.contacts
    union all select m._source, m.postcode, c.country
    from clean.misplaced m
    join source.contacts c on c._source = m._source and coalesce(c._file, '') = coalesce(m._file, '') and c._row = m._row
),
doubtful as (
    select c.postcode as raw, coalesce(c.country, '') as country_text, bool_and(coalesce(h.is_five, false)) as is_five
    from cells c
    left join clean.postcode_habits h on h._source = c._source
    where c.postcode is not null and not regexp_full_match(c.postcode, '[0-9]{5}')
    group by c.postcode, coalesce(c.country, '')
),
mended as (
    select d.*, case when t.raw is null then d.raw else t.value end as text, t.rule, coalesce(t.confidence, 1.0) as confidence,
        w.country is null and trim(d.country_text) = '' as is_unsaid, coalesce(w.country, upper($default_country)) as country
    from doubtful d
    left join clean.text_fixes t on t.scope = 'key' and t.raw = d.raw
    left join clean.country_words w on w.word = lower(trim(d.country_text))
),
bare as (
    select *, upper(regexp_replace(case when strlen(text) <= 40 then text else '' end,
        '^(우편번호|우|〒|[Zz][Ii][Pp]( ?[Cc]ode)?|[Pp]ostcode|[(\[ :.)])+|[ ,.;/_'')\]]+$', '', 'g')) as bare
    from mended
),
squeezed as (
    select *, regexp_replace(bare, '[ .–—-]', '', 'g') as code,
        regexp_full_match(bare, '([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][ABD-HJLNP-UW-Z]{2})') and (country = 'GB' or is_unsaid) as is_british,
        regexp_full_match(bare, '[ABCEGHJ-NPR-TVXY][0-9][A-Z][ -]?[0-9][A-Z][0-9]') and (country = 'CA' or is_unsaid) as is_canadian
    from bare
),
written as (
    select *, case
        when is_british then left(code, length(code) - 3) || ' ' || right(code, 3)
        when is_canadian then left(code, 3) || ' ' || right(code, 3)
        when country = 'NL' and regexp_full_match(code, '[1-9][0-9]{3}[A-Z]{2}') then left(code, 4) || ' ' || right(code, 2)
        when country = 'IE' and regexp_full_match(code, '[A-Z][0-9][0-9W][A-Z0-9]{4}') then left(code, 3) || ' ' || right(code, 4)
        when country = 'JP' and regexp_full_match(code, '[0-9]{7}') then left(code, 3) || '-' || right(code, 4)
        when country = 'KR' and regexp_full_match(bare, '[1-7][0-9]{2}[ -]?[0-9]{3}') then left(code, 3) || '-' || right(code, 3)
        when country = 'US' and regexp_full_match(bare, '[0-9]{5}[ -]?[0-9]{4}') then left(code, 5) || '-' || right(code, 4)
        when country = 'PL' and regexp_full_match(code, '[0-9]{5}') then left(code, 2) || '-' || right(code, 3)
        when country in ('SE', 'CZ', 'SK', 'GR') and regexp_full_match(code, '[0-9]{5}') then left(code, 3) || ' ' || right(code, 2)
        when country = 'PT' and regexp_full_match(code, '[0-9]{7}') then left(code, 4) || '-' || right(code, 3)
        when country = 'BR' and regexp_full_match(code, '[0-9]{8}') then left(code, 5) || '-' || right(code, 3)
        when country in ('DE', 'FR', 'IT', 'ES', 'AT', 'CH', 'BE', 'LU', 'FI', 'DK', 'NO') and regexp_full_match(bare, '(DE|D|FR|F|IT|I|ES|E|AT|A|CH|BE|B|LU|L|FI|DK|NO)[ -]+[0-9]{4,5}')
            then regexp_replace(code, '[A-Z]', '', 'g')
        when country in ('KR', 'DE', 'FR', 'IT', 'ES', 'FI') and regexp_full_match(bare, '[0-9]{2} [0-9]{3}') then code
        end as laid_out,
        case when country = 'BR' and regexp_full_match(bare, '[1-9][0-9]{3}-[0-9]{3}') then '0' || bare when not is_five then null
             when country in ('KR', 'US', 'DE', 'FR', 'IT', 'ES', 'FI', 'MX', 'MY', 'TR') and regexp_full_match(bare, '[1-9][0-9]{3}') then '0' || code
             -- Rome and Puerto Rico begin with two zeros.
             when country = 'IT' and regexp_full_match(bare, '1[0-9]{2}') or country = 'US' and regexp_full_match(bare, '[6-9][0-9]{2}') then '00' || code end as filled
    from squeezed
),
judged as (
    select *, case when text is null then null when filled is not null then filled when laid_out is not null then laid_out
                   when bare <> '' and regexp_full_match(code, '[0-9]{3,9}') and country not in ('PL', 'SE', 'CZ', 'SK', 'GR') then bare else text end as value
    from written
)
select raw, country_text, value,
    case when text is null or value = text then rule when filled is not null then 'leading zero lost in a spreadsheet' when laid_out = replace(text, ' ', '') then 'spaces'
         when laid_out is not null then 'postcode as its country writes it' else 'text around a postcode' end as rule,
    cast(case when text is null or value = text then confidence when filled is not null then case when is_unsaid then .92 else .96 end
              when laid_out is not null then case when is_unsaid then .95 else .99 end else .97 end as double) as confidence
from judged
where value is distinct from raw
