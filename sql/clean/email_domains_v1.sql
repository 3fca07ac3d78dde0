-- Count the domains of e-mail addresses, as evidence for what is mistyped.
--
-- grain    one row per domain
-- returns  domain (lower case), n_addresses (cells of contacts, orders and tickets with an address there)
with typed as (
    select split_part(raw, '@', 2) as domain, count(*) as n
    from (select email as raw from source.contacts union all select email from source.orders union all select email from source.tickets) as cells
    where raw is not null
    group by split_part(raw, '@', 2)
),
counted as (
    select domain, n from typed where regexp_full_match(domain, '([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,24}')
    union all
    -- Texts that hold an address in another form; those that end in the domain itself are counted above.
    select host, n_cells from clean.email_parts where is_address and split_part(raw, '@', 2) <> host
    -- A domain that was mended before it was counted is not one of its own.
    union all select split_part(raw, '@', 2), -n_cells from clean.email_parts where not (is_address and split_part(raw, '@', 2) = host)
)
select domain, sum(n) as n_addresses
from counted
where regexp_full_match(domain, '([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,24}')
group by domain
having sum(n) > 0
