-- Bring the words of coded columns to the one word each stands for: yes and no, gender, country, status, kind, channel, currency.
--
-- grain    one row per kind and word that does not stay as it is
-- returns  kind (boolean, gender, country, status, event, channel, currency), raw, value (NULL: not known), rule, confidence;
--          kinds of event and channels that are not known stay, in lower case; x is no where o is yes, and says nothing where no cell says o
with cells as (
    select 'boolean' as kind, unnest([consent_email, consent_sms, consent_phone, consent_post]) as raw from source.contacts
    union all select 'gender', gender from source.contacts
    union all select 'country', country from source.contacts
    union all select 'country', country from source.order_lines
    union all select 'status', status from source.orders
    union all select 'status', status from source.order_lines
    union all select 'currency', currency from source.orders
    union all select 'currency', currency from source.order_lines
    union all select 'event', kind from source.events
    union all select 'channel', channel from source.orders
    union all select 'channel', channel from source.events
    union all select 'channel', channel from source.tickets
),
mended as (
    select distinct c.kind, c.raw, case when t.raw is null then c.raw else t.value end as text, t.rule, coalesce(t.confidence, 1.0) as confidence
    from cells c
    left join clean.text_fixes t on t.scope = 'word' and t.raw = c.raw
    where c.raw is not null
),
-- X is no beside O, and a tick in other lists.
ticks as (select count(*) as n_circles from mended where kind = 'boolean' and lower(text) in ('o', '○', '◯', 'ㅇ')),
known as (
    select kind, word, value from clean.words
    union all select 'country', word, country from clean.country_words
),
matched as (
    select m.kind, m.raw, m.text, m.rule, m.confidence, m.kind = 'boolean' and lower(m.text) in ('x', '×', '✕') as is_cross,
        p.word is not null as is_placeholder,
        case when m.kind = 'country' and p.word is not null then null
             when m.kind = 'boolean' and lower(m.text) in ('x', '×', '✕') then case when t.n_circles > 0 then 'false' end
             when k.word is not null then k.value when p.word is not null then null
             when m.kind in ('event', 'channel') then lower(m.text)
             when m.kind = 'currency' and regexp_full_match(m.text, '[A-Za-z]{3}') then upper(m.text) end as value
    from mended m
    cross join ticks t
    left join known k on k.kind = m.kind
        and k.word = regexp_replace(lower(case when strlen(m.text) <= 80 then m.text else '' end), '[.]$', '', 'g')
    left join clean.placeholders p on p.word = lower(m.text)
        -- NA is Namibia where countries are written as codes.
        and not (m.kind = 'country' and m.text = 'NA')
),
ruled as (
    select kind, raw, value, text, confidence, is_cross,
        case when text is null then rule
             when is_placeholder and value is null then 'placeholder word'
             when value is null then kind || ' not known'
             when kind = 'boolean' then 'yes or no in words' else kind || ' in other words' end as rule
    from matched
)
select kind, raw, value, rule,
    cast(case when text is null then confidence when is_cross and value is not null then .92
              when kind = 'gender' and regexp_full_match(raw, '[0-9]') then .95 else 1.0 end as double) as confidence
from ruled
where value is distinct from raw
