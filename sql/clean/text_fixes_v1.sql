-- Mend texts of every column: blanks and placeholder words, spaces, full width, invisible characters, decomposed letters.
--
-- grain    one row per scope and text that does not stay as it is
-- returns  scope (key, name, person, text: columns that stay text; typed, word: columns that are read further by others),
--          raw, value (NULL: says nothing), rule
with cells as (
    select 'key' as scope, unnest([source_key, member_no, postcode]) as raw from source.contacts
    union all select 'name', unnest([full_name, given_name, family_name]) from source.contacts
    union all select 'person', unnest([company, address, city, region, social_handles]) from source.contacts
    union all select 'typed', unnest([email, phone, birth_date, consent_at, created_at, updated_at]) from source.contacts
    union all select 'word', unnest([gender, country, consent_email, consent_sms, consent_phone, consent_post]) from source.contacts
    union all select 'text', unnest([acquired_via]) from source.contacts
    union all select 'key', unnest([order_key, contact_key]) from source.orders
    union all select 'typed', unnest([email, phone, ordered_at, amount]) from source.orders
    union all select 'word', unnest([status, currency, channel]) from source.orders
    union all select 'text', unnest([campaign]) from source.orders
    union all select 'key', unnest([order_key, contact_key, product_key]) from source.order_lines
    union all select 'typed', unnest([line_no, ordered_at, quantity, unit_price, amount]) from source.order_lines
    union all select 'word', unnest([currency, status, country]) from source.order_lines
    union all select 'text', unnest([product_name, category]) from source.order_lines
    union all select 'key', unnest([event_key, contact_key]) from source.events
    union all select 'typed', unnest([occurred_at, email, cost]) from source.events
    union all select 'word', unnest([kind, channel]) from source.events
    union all select 'text', unnest([campaign, variant, url]) from source.events
    union all select 'key', unnest([ticket_key, contact_key]) from source.tickets
    union all select 'name', unnest([full_name]) from source.tickets
    union all select 'typed', unnest([email, phone, opened_at, closed_at, satisfaction]) from source.tickets
    union all select 'word', unnest([channel]) from source.tickets
    union all select 'text', unnest([topic, subject, status]) from source.tickets
),
doubtful as (
    -- Printable ASCII and Hangul with single spaces between is fine; everything else is looked at once.
    select distinct scope, raw from cells
    where raw is not null
      -- One case, so that the pattern is matched once a cell: of "or" the optimiser makes two filters.
      and case when not regexp_full_match(raw, '[!-~가-힣]+( [!-~가-힣]+)*') then true
               when scope = 'key' and suffix(raw, '.0') then true
               when strlen(raw) > 32 then false
               else lower(raw) in (select word from clean.placeholders) end
),
visible as (
    -- Joiners carry meaning in Arabic, Indic and emoji texts only.
    select scope, raw,
        regexp_replace(
            case when regexp_matches(raw, '[\x{600}-\x{8ff}\x{900}-\x{dff}\x{2600}-\x{27bf}\x{1f000}-\x{1faff}]') then raw
                 else regexp_replace(raw, '[\x{200c}\x{200d}]', '', 'g') end,
            '[\x{00}-\x{08}\x{0e}-\x{1b}\x{7f}-\x{84}\x{86}-\x{9f}\x{ad}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{feff}]',
            '', 'g') as text
    from doubtful
),
narrow as (
    select scope, raw, text,
        nfc_normalize(translate(text,
            '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~')) as narrow
    from visible
),
folded as (
    select scope, raw, text, narrow, trim(regexp_replace(narrow,
        '[\s\x{0b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+', ' ', 'g')) as value
    from narrow
),
judged as (
    select f.scope, f.raw, f.value, f.text <> f.raw as was_hidden, f.narrow <> f.text as was_wide,
        f.scope = 'key' and regexp_full_match(f.value, '[0-9]+\.0') as is_float,
        p.word is not null and f.scope <> 'word' and (p.is_general or f.scope in ('name', 'person', 'typed'))
            -- Family names of living people; a placeholder is rarely written with one capital.
            and not (f.scope = 'name' and f.value in ('Na', 'Nan', 'Null')) as is_placeholder
    from folded f
    left join clean.placeholders p on p.word = lower(f.value)
),
ruled as (
    select scope, raw,
        case when value = '' or is_placeholder then null when is_float then split_part(value, '.', 1) else value end as value,
        case when value = '' then 'blank' when is_placeholder then 'placeholder word' when is_float then 'key written as a decimal'
             when was_hidden then 'invisible characters' when was_wide then 'full-width or decomposed' else 'spaces' end as rule
    from judged
)
select scope, raw, value, rule from ruled where value is distinct from raw
