-- Mend e-mail addresses: case, spaces, (at), mailto:, names around them, mistyped domains of large providers.
--
-- grain    one row per e-mail text that does not stay as it is
-- returns  raw, value (NULL: not an address), rule
-- source   RFC 5321 and 5322: dot-atom before the @, 64 characters at most, 254 in all; quoted local parts are not taken
with cells as (
    select email as raw from source.contacts union all select email from source.orders
    union all select email from source.events union all select email from source.tickets
),
doubtful as (
    select distinct raw
    from cells
    where raw is not null
      and (not regexp_full_match(raw,
               '[a-z0-9_+]([a-z0-9_+-]*[.])*[a-z0-9_+-]*[a-z0-9_+]@([a-z0-9][a-z0-9-]*[a-z0-9][.])+[a-z]{2,24}'
           ) or strlen(raw) > 64
           or right(raw, 4) in ('.con', '.cmo', '.ocm', '.vom', '.xom', '.cpm') or contains(raw, '..')
           or split_part(raw, '@', 2) in (select typo from clean.email_domain_typos)
           or raw in (select word from clean.placeholders))
),
mended as (
    select d.raw, case when t.raw is null then d.raw else t.value end as text, t.rule
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
),
unwrapped as (
    -- Anna Kim <anna@x.com> and [anna@x.com](mailto:anna@x.com) hold an address inside.
    select raw, text,
        case when regexp_matches(lower(text), '<[^<>@ ]+@[^<>@ ]+>')
             then regexp_extract(lower(text), '<(?:mailto:)?([^<>@ ]+@[^<>@ ]+)>', 1)
             else regexp_replace(lower(text), '^[^a-z0-9]*mailto *: *', '', 'g') end as inner_text
    from mended
    where strlen(text) <= 1000
),
joined as (
    select *,
        regexp_replace(regexp_replace(regexp_replace(
            inner_text, ' *[(\[{<] *(at|골뱅이) *[)\]}>] *|@@+', '@', 'g'),
            ' *[(\[{<] *(dot|점) *[)\]}>] *|[.][.]+', '.', 'g'), ' *([@.]) *', '\1', 'g') as address
    from unwrapped
),
chosen as (
    select *, regexp_matches(address, '@.*@') as is_several,
        case when regexp_matches(address, '@.*@') then regexp_extract(address, '[^@;,/| <>()\[\]]+@[^@;,/| <>()\[\]]+')
             else replace(address, ' ', '') end as first_address
    from joined
),
trimmed as (
    select *, regexp_replace(regexp_replace(regexp_replace(first_address, '^[.,;:<>()''"\[\]]+|[.,;:<>()''"\[\]]+$', '', 'g'),
        '@[.]+|[.]+@', '@', 'g'), ',(com|net|org|co[.,]kr|kr)$', '.\1', 'g') as whole
    from chosen
),
parted as (
    select *, split_part(whole, '@', 1) as mailbox, split_part(whole, '@', 2) as typed_host,
        regexp_replace(split_part(whole, '@', 2), '[.](con|cmo|ocm|vom|xom|cpm)$', '.com', 'g') as host
    from trimmed
),
placed as (
    select p.*, coalesce(y.domain, p.host) as domain, concat(p.mailbox, '@', coalesce(y.domain, p.host)) as value
    from parted p
    left join clean.email_domain_typos y on y.typo = p.host
),
judged as (
    select *,
        length(mailbox) <= 64 and length(value) <= 254 and regexp_full_match(value,
            '[\pL\pN!#$%&''*+/=?^_`{|}~-]+([.][\pL\pN!#$%&''*+/=?^_`{|}~-]+)*@([\pL\pN]([\pL\pN-]{0,61}[\pL\pN])?[.])+[\pL]{2,24}'
        ) and not coalesce(value in (select word from clean.placeholders), false) as is_address
    from placed
),
ruled as (
    select m.raw, case when j.is_address then j.value end as value,
        case when m.text is null then m.rule when j.is_address is not true then 'not an e-mail address'
             when j.is_several then 'first of several addresses' when j.domain <> j.typed_host then 'mistyped e-mail domain'
             when j.value <> j.inner_text then 'stray characters in an e-mail' when j.inner_text <> lower(j.text) then 'text around an e-mail'
             when j.text <> lower(j.text) then 'upper case in an e-mail' else m.rule end as rule
    from mended m
    left join judged j on j.raw = m.raw
)
select raw, value, rule from ruled where value is distinct from raw
