-- Find the digits to dial in telephone texts that are not E.164 yet.
--
-- grain    one row per phone text and country text
-- returns  raw, country_text ('' for none: the country as the row had it), country, has_country (the row names it), text (NULL:
--          says nothing), rule and confidence (of text), number (text of the first number), dialled (its digits), shape (its digits with - for
--          whatever parts them), has_plus, is_number, is_damaged (by a spreadsheet), is_several, is_beside (words or an extension
--          stand beside it), is_lettered (letters typed for digits), n_cells, n_contacts (cells of contacts)
with simple as (
    -- Digits in a few groups need none of the patterns that follow.
    select *, coalesce(regexp_full_match(text, '[+][0-9]{1,3}([ -][0-9]{1,4}){1,3}|[0-9]{2,4}([ -][0-9]{3,4}){0,2}|[+]?[0-9]{7,13}'), false) as is_simple
    from clean.phone_texts
    where plain is null
),
dialable as (
    -- The letters o, i, l among digits are slips; ;phone-context= holds the beginning of a number (RFC 3966).
    select *, case when is_simple then false else regexp_full_match(text, '[0-9oil+(). -]*[oil][0-9oil+(). -]*') and regexp_matches(text, '([0-9][^0-9]*){7}')
            and not regexp_matches(text, '[oil]{3}') end as is_lettered,
        case when is_simple then text else regexp_replace(regexp_replace(case when strlen(text) <= 200 then text else '' end,
            '^tel:([^;+]*)(;.*)?;phone-context=([+][0-9-]+).*$', '\3\1', 'g'), ';(phone-context|isub|ext=;).*$', '', 'g') end as said
    from simple
),
bare as (
    -- What stands before and behind the number goes, and a trunk zero in brackets behind a calling code, which is not dialled.
    select *,
        case when is_simple then said else regexp_replace(regexp_replace(regexp_replace(case when is_lettered then translate(said, 'oil', '011') else said end,
            '^([^0-9+(]|[(][^0-9+()]*[)])+', '', 'g'),
            '^([+(]*(?:39|379|378|0039)[) -]*)[(]0[)]', '\1 0', 'g'),
            '^([+(]*[0-9]{1,4}[) -]*)[(]0[)]', '\1', 'g') end as bare
    from dialable
),
alone as (
    select *, case when is_simple then bare else regexp_replace(bare,
        '^((?:[^0-9]*[0-9]){4,15}[ )]*)[ ,;(.-]*(?:;ext=|extension|extn|ext|x|내선|구내|교환|#|,,)[ .:#번호]*[0-9]{1,7}[ 번)#]*$', '\1', 'g') end as alone
    from bare
),
first_number as (
    -- A second number has seven digits or more, as the first has; 1234-5678/9 is two numbers that differ at the end.
    select *,
        case when is_simple then alone else regexp_replace(regexp_replace(regexp_replace(alone,
            '^((?:[^0-9/,;|~]*[0-9]){7,15}[^0-9/,;|~&]*)(?:[/,;|~&]|or|and|또는|및)[^0-9+]{0,12}[+(]*[0-9](?:[^0-9]*[0-9]){6,}.*$', '\1', 'g'),
            '^((?:[^0-9/,~]*[0-9]){9,11}) *[/,~] *[0-9]{1,4}$', '\1', 'g'),
            '^((?:[^0-9]*[0-9]){8,12}) +(?:[+]|0)(?:[^0-9]*[0-9]){7,}.*$', '\1', 'g') end as one
    from alone
),
cut as (
    select *, case when is_simple then one else regexp_replace(regexp_replace(one, '^((?:[^0-9]*[0-9]){7,15}[ )]*)[ ,;(.-]*(?:extension|extn|ext|x|내선|#)[ .:#번호]*[0-9]{1,6}[ 번)#]*$', '\1', 'g'),
        '[.]0$|([^0-9)]|[(][^0-9()]*[)])+$', '', 'g') end as number
    from first_number
)
select raw, country_text, country, has_country, text, rule, confidence, number, case when is_simple then translate(number, '+- ', '') else regexp_replace(number, '[^0-9]', '', 'g') end as dialled,
    case when is_simple then translate(number, ' +', '-') else regexp_replace(regexp_replace(number, '[^0-9]+', '-', 'g'), '^-|-$', '', 'g') end as shape,
    starts_with(ltrim(number, '( '), '+') as has_plus,
    is_simple or regexp_full_match(number, '[+( ]*[0-9][0-9 ()./·•–—‐‑−_|*=~\\:-]*') as is_number,
    not is_simple and regexp_full_match(text, '[+-]?[0-9]+([.,][0-9]+)?e[+]?[0-9]+') as is_damaged,
    one <> alone as is_several, not is_simple and not is_lettered and regexp_matches(text, '[a-z#;가-힣]') as is_beside, is_lettered, n_cells, n_contacts
from cut
