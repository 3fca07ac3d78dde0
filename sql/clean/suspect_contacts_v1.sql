-- List the cells of contacts with something in them that belongs into another column, and the cells it may belong into.
--
-- grain    one row per suspect contact and column
-- returns  _source, _file, _row, column_name, text (blank and placeholder words are NULL), email, phone, day, postcode and city
--          found in it, rest (what else is in it)
with rows as (
    -- Simple tests for all rows. What sorts below a colon begins with a digit, a plus, or a bracket.
    select _source, _file, _row, email, phone, full_name, given_name, family_name, postcode, city, birth_date
    from source.contacts
    where case when contains(phone, '@') or contains(full_name, '@') or contains(given_name, '@') or contains(family_name, '@')
                 or contains(postcode, '@') or contains(city, '@') or contains(birth_date, '@') then true
               when contains(phone, '＠') or contains(full_name, '＠') or contains(given_name, '＠') or contains(family_name, '＠')
                 or contains(postcode, '＠') or contains(city, '＠') or contains(birth_date, '＠') then true
               -- A blank before or behind a value alone is no sign.
               when email < ':' and ltrim(email) between '!' and ':' or full_name < ':' and ltrim(full_name) between '!' and ':'
                 or given_name < ':' and ltrim(given_name) between '!' and ':' or family_name < ':' and ltrim(family_name) between '!' and ':'
                 or city < ':' and ltrim(city) between '!' and ':' then true
               when contains(trim(email), ' ') or contains(email, '/') or contains(email, ';') or contains(email, ',') or contains(email, '|') then true
               when strlen(phone) = 10 and phone < '3' and regexp_full_match(phone, '(19|20)[0-9]{2}[-./][0-9]{2}[-./][0-9]{2}') then true
               when strlen(postcode) > 8 and not regexp_full_match(postcode, '[0-9]{5}-?[0-9]{4}') then true
               when postcode > ':' and not regexp_matches(postcode, '[0-9]') then true
               when birth_date < ':' and strlen(birth_date) > 10 and (birth_date < '1' or starts_with(birth_date, '0')) then true
               else coalesce(regexp_matches(full_name, '[0-9]{4}'), false) end
),
cells as (
    select _source, _file, _row,
        unnest(['email', 'phone', 'full_name', 'given_name', 'family_name', 'postcode', 'city', 'birth_date']) as column_name,
        trim(translate(unnest([email, phone, full_name, given_name, family_name, postcode, city, birth_date]),
            '－．／０１２３４５６７８９＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ＿ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
            '-./0123456789@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')) as text
    from rows
),
said as (
    select _source, _file, _row, column_name,
        case when text <> '' and lower(text) not in (select word from clean.placeholders) and strlen(text) <= 300 then text end as text, text as whole
    from cells
),
found as (
    select *,
        nullif(regexp_extract(text, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z0-9.-]*[A-Za-z]'), '') as email,
        case when regexp_full_match(text, '(19|20)[0-9]{2}[-./](0?[1-9]|1[0-2])[-./](0?[1-9]|[12][0-9]|3[01])')
                  and try_cast(regexp_replace(text, '[./]', '-', 'g') as date) is not null then text
             when regexp_full_match(text, '(0?[1-9]|[12][0-9])[-./](0?[1-9]|[12][0-9])[-./](19|20)[0-9]{2}')
                  and least(cast(regexp_extract(text, '[0-9]+') as integer), cast(regexp_extract(text, '[-./]([0-9]+)', 1) as integer)) <= 12
                  and cast(regexp_extract(text, '[0-9]+') as integer) < 29 and cast(regexp_extract(text, '[-./]([0-9]+)', 1) as integer) < 29 then text end as day,
        case when column_name = 'city' and regexp_full_match(text, '[0-9]{4,6}|[0-9]{5}-[0-9]{4}|[0-9]{3}-[0-9]{3,4}|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}') then text end as postcode,
        case when column_name = 'postcode' and regexp_full_match(text, '\pL[\pL .''-]*\pL') then text end as city
    from said
),
dialled as (
    select *,
        case when day is null and postcode is null and column_name <> 'phone' and not (column_name = 'postcode' and regexp_full_match(text, '[0-9]{5}-?[0-9]{4}'))
               or email is not null
             then nullif(trim(regexp_extract(case when email is null then text else replace(text, email, ' ') end,
                 '(?:^|[^0-9A-Za-z+(.-])((?:[+][1-9][0-9]{0,2}[ .-]?(?:[(]0[)])?[(]?[0-9]{1,4}|[(]?0[0-9]{1,3}|[(]?[2-9][0-9]{2}(?:[)] |[ .-]))[)]?[ .-]?[0-9]{3,4}[ .-]?[0-9]{4}'
                 || '|0[1-9](?:[ .][0-9]{2}){4})(?:$|[^0-9A-Za-z-])', 1)), '') end as phone
    from found
),
left_over as (
    select *, case when starts_with(phone, '(') and not contains(phone, ')') then substring(phone, 2) else phone end as number,
        trim(replace(replace(text, coalesce(email, '@@'), ' '), coalesce(phone, '@@'), ' '), ' /;,|<>()[]:-') as rest
    from dialled
)
select _source, _file, _row, column_name, text, email, number as phone, day, postcode, city,
    case when day is null and postcode is null and city is null then rest else '' end as rest
from left_over
