-- Mend e-mail addresses: case, spaces, (at), mailto:, names around them, mistyped domains of large providers.
--
-- grain    one row per e-mail text that does not stay as it is
-- returns  raw, value (NULL: not an address), rule, confidence
with cells as (
    select email as raw from source.contacts union all select email from source.orders
    union all select email from source.events union all select email from source.tickets
    union all select email from clean.misplaced
),
watched as (
    -- Domains that are mistyped, and those of addresses that are no one's.
    select typo as domain from clean.email_domain_fixes
    union select split_part(word, '@', 2) from clean.placeholders where contains(word, '@')
),
plain as (
    select distinct raw from cells where split_part(raw, '@', 2) in (select domain from watched)
),
found as (
    select raw, text, rule, confidence, inner_text, mailbox, host, typed_host, is_address, is_several, is_cut, is_odd from clean.email_parts
    union all
    select raw, raw, null, 1.0, raw, split_part(raw, '@', 1), split_part(raw, '@', 2), split_part(raw, '@', 2), true, false, false, false
    from plain
    where raw not in (select raw from clean.email_parts)
),
placed as (
    select f.*, concat(f.mailbox, '@', f.host) as notation, f.mailbox || '@' || d.domain as meant, d.rule as domain_rule, d.confidence as domain_confidence
    from found f
    left join clean.email_domain_fixes d on d.typo = f.host
),
chosen as (
    -- A guess at the domain waits until the notation is right: one step at a time, and none is held up by the other.
    select *, meant is not null and (domain_confidence >= 0.9 or notation = raw) as is_placed from placed
),
judged as (
    select *, case when is_placed then meant else notation end as value,
        is_address and notation not in (select word from clean.placeholders) as is_good
    from chosen
),
ruled as (
    select raw, text, confidence as text_confidence, inner_text, case when is_good then value end as value, domain_confidence, is_odd,
        case when text is null then rule when not is_good then 'not an e-mail address'
             when is_cut then 'word before an e-mail' when is_several then 'first of several addresses'
             when is_placed then domain_rule when host <> typed_host then 'mistyped e-mail domain'
             when value <> inner_text then 'stray characters in an e-mail' when inner_text <> lower(text) then 'text around an e-mail'
             when text <> lower(text) then 'upper case in an e-mail' else rule end as rule
    from judged
)
select raw, value, rule,
    least(text_confidence, cast(case when is_odd then 0.5
         when rule in ('mistyped e-mail domain', 'e-mail domain like a frequent one') then coalesce(domain_confidence, 0.98)
         when rule = 'word before an e-mail' then 0.6 when rule = 'first of several addresses' then 0.9
         when rule in ('stray characters in an e-mail', 'text around an e-mail') then 0.97 else 1.0 end as double)) as confidence
from ruled
where value is distinct from raw
