-- Mark e-mail addresses that are no person's own: of a task (info@, sales@, 문의@) or thrown away after use.
--
-- grain    one row per address with a mark
-- returns  email, is_role, is_disposable (the domain, or the one it is part of, hands out throw-away mailboxes),
--          is_free_provider (anybody can have an address at the domain: info@gmail.com is a person's more often than not)
with addresses as (
    select email from clean.contacts union all select email from clean.orders union all select email from clean.tickets
),
domains as (
    select distinct split_part(email, '@', 2) as domain from addresses where email is not null
),
throw_away as (
    -- kim@x1.yopmail.com: the last two words of the domain.
    select domain from domains
    where domain in (select domain from clean.disposable_domains)
       or regexp_extract(domain, '[.]([^.]+[.][^.]+)$', 1) in (select domain from clean.disposable_domains)
),
parted as (
    select distinct email, split_part(email, '@', 2) as domain, translate(split_part(split_part(email, '@', 1), '+', 1), '.-_', '') as mailbox
    from addresses
    where case when email is null then false
               when translate(split_part(split_part(email, '@', 1), '+', 1), '.-_', '') in (select mailbox from clean.email_roles) then true
               else split_part(email, '@', 2) in (select domain from throw_away) end
)
select p.email, p.mailbox in (select mailbox from clean.email_roles) as is_role,
    p.domain in (select domain from throw_away) as is_disposable, coalesce(f.is_free, false) as is_free_provider
from parted p
left join clean.email_providers f on f.domain = p.domain
