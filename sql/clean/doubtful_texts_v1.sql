-- List the texts of all columns that are not plainly fine, each once.
--
-- grain    one row per scope and text
-- returns  scope (key, name, person, text, link: columns that stay text; typed, word: columns that are read further by others), raw
with cells as (
    -- A branch a column: its words are made distinct first where a column repeats few of them.
    select 'key' as scope, source_key as raw from source.contacts union all select 'key', member_no from source.contacts
    union all select 'key', postcode from source.contacts union all select 'name', full_name from source.contacts union all select 'name', given_name from source.contacts
    union all select 'name', family_name from source.contacts union all select 'person', company from source.contacts
    union all select 'person', address from source.contacts union all select distinct 'person', city from source.contacts
    union all select distinct 'person', region from source.contacts union all select 'person', social_handles from source.contacts
    union all select 'typed', email from source.contacts union all select 'typed', phone from source.contacts union all select 'typed', birth_date from source.contacts
    union all select 'typed', consent_at from source.contacts union all select 'typed', created_at from source.contacts
    union all select 'typed', updated_at from source.contacts union all select distinct 'word', gender from source.contacts
    union all select distinct 'word', country from source.contacts union all select distinct 'word', consent_email from source.contacts
    union all select distinct 'word', consent_sms from source.contacts union all select distinct 'word', consent_phone from source.contacts
    union all select distinct 'word', consent_post from source.contacts union all select distinct 'text', acquired_via from source.contacts
    union all select 'key', order_key from source.orders union all select 'key', contact_key from source.orders union all select 'typed', email from source.orders
    union all select 'typed', phone from source.orders union all select 'typed', ordered_at from source.orders union all select 'typed', amount from source.orders
    union all select distinct 'word', status from source.orders union all select distinct 'word', currency from source.orders
    union all select distinct 'word', channel from source.orders union all select distinct 'text', campaign from source.orders
    union all select 'key', order_key from source.order_lines union all select 'key', contact_key from source.order_lines
    union all select 'key', product_key from source.order_lines union all select 'typed', line_no from source.order_lines
    union all select 'typed', ordered_at from source.order_lines union all select 'typed', quantity from source.order_lines
    union all select 'typed', unit_price from source.order_lines union all select 'typed', amount from source.order_lines
    union all select distinct 'word', currency from source.order_lines union all select distinct 'word', status from source.order_lines
    union all select distinct 'word', country from source.order_lines union all select 'text', product_name from source.order_lines
    union all select distinct 'text', category from source.order_lines union all select 'key', event_key from source.events
    union all select 'key', contact_key from source.events union all select 'typed', occurred_at from source.events union all select 'typed', email from source.events
    union all select 'typed', cost from source.events union all select distinct 'word', kind from source.events
    union all select distinct 'word', channel from source.events union all select distinct 'text', campaign from source.events
    union all select distinct 'text', variant from source.events union all select 'key', ticket_key from source.tickets
    union all select 'key', contact_key from source.tickets union all select 'name', full_name from source.tickets union all select 'typed', email from source.tickets
    union all select 'typed', phone from source.tickets union all select 'typed', opened_at from source.tickets union all select 'typed', closed_at from source.tickets
    union all select 'typed', satisfaction from source.tickets union all select distinct 'word', channel from source.tickets
    union all select distinct 'text', topic from source.tickets union all select 'text', subject from source.tickets
    union all select distinct 'text', status from source.tickets
),
links as (select 'link' as scope, url as raw from source.events where url is not null)
select distinct scope, raw
from cells
-- Printable ASCII and Hangul with single spaces between is fine; not so the signs of damage, & " % \ and a first ' or =, nor a
-- small letter behind a syllable, which may be an accented letter read as Korean. The cheap tests come first.
where case when strlen(raw) <= 40 and lower(raw) in (select word from clean.placeholders) then true
           when scope = 'key' and suffix(raw, '.0') then true
           else not regexp_full_match(raw, '([!#$(-<>-\[\]-~][!#$''-\[\]-~]*|[가-힣])([가-힣]|[!#$''-\[\]-`{-~][!#$''-\[\]-~]*)*'
               || '( ([!#$''-\[\]-~]+|[가-힣])([가-힣]|[!#$''-\[\]-`{-~][!#$''-\[\]-~]*)*)*') end
union
select scope, raw from links
where case when lower(raw) in (select word from clean.placeholders) then true else not regexp_full_match(raw, '[!-~가-힣]+( [!-~가-힣]+)*') end
