-- Find the address in e-mail texts that are not plainly one: names, labels, comments, (at), spaces and stray characters go.
--
-- grain    one row per e-mail text that is not plainly an address
-- returns  raw, text (NULL: says nothing), rule and confidence (of text), inner_text (without what stands around), mailbox, host, typed_host,
--          is_address, is_several, is_cut (a word before it was left out), is_odd (a form that some systems take), n_cells
-- source   RFC 5321 and 5322: dot-atom before the @, 64 characters at most, 254 in all; quoted local parts are not taken
with cells as (
    select email as raw, 1 as n from source.contacts union all select email, 1 from source.orders
    union all select email, 1 from source.tickets union all select email, 0 from source.events
    union all select email, 0 from clean.misplaced
),
doubtful as (
    -- One case, so that the pattern is matched once a cell.
    select raw, sum(n) as n_cells
    from cells
    where raw is not null
      and case when not regexp_full_match(raw,
                    '[a-z0-9_+-]+([.][a-z0-9_+-]+)*@([a-z0-9]+(-+[a-z0-9]+)*[.])+[a-z]{2,24}'
               ) then true
               when strlen(raw) > 64 then true
               else right(raw, 4) in ('.con', '.cmo', '.ocm', '.vom', '.xom', '.cpm') end
    group by raw
),
mended as (
    select d.raw, d.n_cells, t.rule, coalesce(t.confidence, 1.0) as confidence, case when t.raw is null then d.raw else t.value end as text,
        -- Capital letters alone need no search for the address.
        coalesce(regexp_full_match(lower(case when t.raw is null then d.raw else t.value end),
            '[a-z0-9_+-]+([.][a-z0-9_+-]+)*@([a-z0-9]+(-+[a-z0-9]+)*[.])+[a-z]{2,24}'), false) as is_plain
    from doubtful d
    left join clean.text_fixes t on t.scope = 'typed' and t.raw = d.raw
),
unwrapped as (
    -- Anna Kim <anna@x.com> and [anna@x.com](mailto:anna@x.com) hold an address inside; "anna"@x.com needs no quotes.
    select *, case when is_plain then lower(text) else regexp_replace(case when regexp_matches(lower(text), '<[^<>@ ]+@[^<>@ ]+>')
             then regexp_extract(lower(text), '<(?:mailto:)?([^<>@ ]+@[^<>@ ]+)>', 1)
             else regexp_replace(lower(text), '^[^a-z0-9"]*((e-?mail|이메일|메일|mailto) *[:=] *)+|[?]subject=.*$', '', 'g') end,
             '^"([^"@\\ ]+)"@', '\1@', 'g') end as inner_text
    from mended
    where strlen(text) <= 1000
),
joined as (
    select *,
        case when is_plain then inner_text else regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            case when contains(inner_text, '@') then inner_text
                 else regexp_replace(regexp_replace(inner_text, '^([^ ]+) (at|골뱅이|앳) ([^ ]+(?:(?: (?:dot|점|닷) [^ ]+)+|[.][^ ]+))$', '\1@\3', 'g'),
                     '골뱅이|앳', '@', 'g') end,
            ' *[(\[{<_*-] *(at|@|골뱅이|앳) *[)\]}>_*-] *|@@+', '@', 'g'),
            ' *[(\[{<] *(dot|점|닷|[.]) *[)\]}>] *| (dot|점|닷) |[.][.]+', '.', 'g'),
            '[(][^()@]*[)]', '', 'g'), ' *([@.]) *', '\1', 'g'), '&amp;', '&', 'g') end as address
    from unwrapped
),
chosen as (
    select *, not is_plain and regexp_matches(address, '@.*@') as is_several, trim(address, ' ,;') as bare,
        case when is_plain then address when regexp_matches(trim(address, ' ,;'), '@.*[@|]|[ ;]')
             then regexp_extract(address, '[^@;,/| <>()\[\]]+@[^@;,/| <>()\[\]]+') else trim(address, ' ,;') end as first_address
    from joined
),
trimmed as (
    -- The apostrophe is a letter of names (o'brien), but not at an end.
    select *, case when is_plain then first_address else regexp_replace(regexp_replace(regexp_replace(first_address, '^[.,;:<>()''"\\\[\]]+|[.,;:<>()''"`*=?~!/\\\[\]]+$', '', 'g'),
        '@[.]+|[.]+@', '@', 'g'), ',(com|net|org|co[.,]kr|kr)$', '.\1', 'g') end as whole
    from chosen
),
parted as (
    select *, split_part(whole, '@', 1) as mailbox, split_part(whole, '@', 2) as typed_host,
        regexp_replace(split_part(whole, '@', 2), '[.](con|cmo|ocm|vom|xom|cpm)$', '.com', 'g') as host
    from trimmed
)
select m.raw, m.text, m.rule, m.confidence, m.n_cells, p.inner_text, p.mailbox, p.host, p.typed_host, p.is_several,
    -- Hangul or a label before the address is no part of it; a Latin word may be.
    coalesce(not m.is_plain and regexp_matches(p.bare, '[a-z0-9_.+-] [^ @]+@') and not p.is_several, false) as is_cut,
    coalesce(not m.is_plain and (regexp_matches(m.text, '^[^@]+@(docomo[.]ne[.]jp|ezweb[.]ne[.]jp|au[.]com)$')
        or regexp_matches(m.text, '^"[^"@]*[^"@a-z0-9.!#$%&''*+/=?^_`{|}~-][^"@]*"@[^@]+$')), false) as is_odd,
    coalesce(length(p.mailbox) <= 64 and length(concat(p.mailbox, '@', p.host)) <= 254
        and not regexp_matches(p.host, '[^.]{64}') and (m.is_plain or regexp_full_match(concat(p.mailbox, '@', p.host),
        '[\pL\pN!#$%&''*+/=?^_`{|}~-]+([.][\pL\pN!#$%&''*+/=?^_`{|}~-]+)*@([\pL\pN]+(-+[\pL\pN]+)*[.])+([\pL]{2,24}|xn--[a-z0-9-]*[a-z0-9])'
    )), false) as is_address
from mended m
left join parted p on p.raw = m.raw
