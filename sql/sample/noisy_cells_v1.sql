-- Apply the noise to the cells that it hits: gaps, placeholders, formats, signs of a careless hand.
--
-- grain    one row per source, _row and column_name of sample.cells
-- param    seed     integer   another seed makes other errors
-- returns  source, _row, column_name, part (of a contact), right_value, given, variant, noise (a typo says which),
--          noisy_value (given as it is after the noise; missing when the cell is emptied)
-- engine   duckdb
with drawn as (
    select
        cells.*,
        (md5_number($seed || ':cell:' || cells.source || ':' || cells._row || ':' || cells.column_name) >> 64)::ubigint as h,
        typos.slip,
        typos.wrong_value as slipped,
        if(cells.noise = 'domain_typo', split_part(cells.given, '@', 2), null) as domain,
        -- Only what the noise will look at, for the sake of time.
        if(cells.role = 'phone' and cells.noise is not null, regexp_replace(cells.given, '[^0-9]', '', 'g'), null) as digits
    from sample.cells
    left join sample.typos
        on typos.source = cells.source and typos._row = cells._row and typos.column_name = cells.column_name
),

mailed as (
    select drawn.*, misspelt.typos as domain_typos
    from drawn
    left join (select domain, list(typo order by typo) as typos from sample.mail_typos group by domain) as misspelt
        on misspelt.domain = drawn.domain
)

select
    source,
    _row,
    column_name,
    part,
    right_value,
    given,
    variant,
    coalesce(slip, noise) as noise,
    case noise
        when 'missing' then null
        when 'placeholder' then if(role = 'email', ['test@test.com', 'none', '-', 'N/A'],
            ['N/A', '-', '없음', 'test'])[1 + (h % 4)::int]
        when 'typo' then slipped
        when 'domain_typo' then
            coalesce(split_part(given, '@', 1) || '@' || domain_typos[1 + (h % len(domain_typos)::ubigint)::int], given)
        when 'upper_case' then upper(given)
        when 'whitespace' then
            ['  ' || given, given || ' ', ' ' || replace(given, ' ', '  '), chr(160) || given][1 + (h % 4)::int]
        when 'full_width' then translate(given,
            '0123456789@.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
            '０１２３４５６７８９＠．ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ')
        when 'no_hyphen' then if(given like '+%', replace(given, ' ', ''), digits)
        when 'international' then if(given like '0%', '+82 ' || substr(given, 2), '00' || digits)
        when 'dots' then regexp_replace(given, '[- ]', '.', 'g')
        when 'spaces' then replace(given, '-', ' ')
        when 'lost_zero' then if(role = 'postcode', ltrim(given, '0'), if(given like '0%', substr(digits, 2), digits))
        -- A spreadsheet shows a number of n digits as d.ddE+(n-1); what follows the third digit is gone.
        when 'scientific' then substr(ltrim(digits, '0'), 1, 1) || '.' || substr(ltrim(digits, '0'), 2, 2)
            || 'E+' || lpad((length(ltrim(digits, '0')) - 1)::varchar, 2, '0')
        when 'other_format' then
            if(source = 'postal', replace(replace(replace(given, '년', '.'), '월', '.'), '일', '.'),
                [replace(given, '-', ''), replace(given, '-', '.'), replace(given, '-', '/')][1 + (h % 3)::int])
        when 'day_month_swapped' then
            if(source = 'postal', regexp_replace(given, '(\d+)년 (\d+)월 (\d+)일', '\1년 \3월 \2일'),
                regexp_replace(given, '(\d+)-(\d+)-(\d+)', '\1-\3-\2'))
        when 'abbreviated' then replace(replace(replace(replace(replace(replace(given, '특별시', ''), '광역시', ''),
            'Street', 'St'), 'Road', 'Rd'), 'Avenue', 'Ave'), 'straße', 'str.')
        when 'other_code' then
            if(given = 'F', ['여', 'female', '2', '여자'], ['남', 'male', '1', '남자'])[1 + (h % 4)::int]
        else given
    end as noisy_value
from mailed
