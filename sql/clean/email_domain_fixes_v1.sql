-- Tell which e-mail domains are mistyped: by a list, and by the evidence of a domain one letter away that is far more frequent.
--
-- grain    one row per mistyped domain
-- returns  typo, domain (that was meant), rule, confidence (.97 where a large provider was meant, .7 where the frequent domain
--          is unknown or its name short)
with meant_before as (
    select t.domain, sum(d.n_addresses) as n
    from clean.email_domains d
    join clean.email_domain_typos t on t.typo = d.domain and t.confidence >= 0.9
    group by t.domain
),
open_domains as (
    -- What was meant for a domain counts for it, so that mending changes no evidence.
    select d.domain, d.n_addresses, d.n_addresses + coalesce(b.n, 0) as n_meant, coalesce(p.is_large, false) as is_large,
        p.domain is not null as is_listed
    from clean.email_domains d
    left join clean.email_providers p on p.domain = d.domain
    left join meant_before b on b.domain = d.domain
    where d.domain not in (select typo from clean.email_domain_typos) and length(d.domain) between 6 and 60
),
positions as (
    select domain, unnest(generate_series(0, length(domain))) as spot from open_domains
),
shortened as (
    -- Two texts are one letter apart only if they are equal with at most one letter taken out of each.
    select distinct domain, case when spot = 0 then domain else concat(left(domain, spot - 1), substring(domain, spot + 1)) end as short from positions
),
near as (
    select distinct rare.domain as typo, often.domain
    from shortened rare
    join shortened often on often.short = rare.short and often.domain <> rare.domain
    where often.domain in (select domain from open_domains where n_meant >= 50)
),
compared as (
    select n.typo, n.domain, r.n_addresses as n_rare, o.is_large,
        o.n_meant + sum(r.n_addresses) over (partition by n.domain) as n_often
    from near n
    join open_domains r on r.domain = n.typo and not r.is_listed
    join open_domains o on o.domain = n.domain
    where damerau_levenshtein(n.typo, n.domain) = 1 and o.n_meant > r.n_addresses
),
ranked as (
    select typo, domain, is_large, row_number() over (partition by typo order by is_large desc, n_often desc, domain) as position
    from compared
    where n_often >= 100 * n_rare
)
select typo, domain, 'mistyped e-mail domain' as rule, confidence from clean.email_domain_typos
union all
select typo, domain, case when is_large then 'mistyped e-mail domain' else 'e-mail domain like a frequent one' end,
    -- Short names are near each other by chance, and digits are chosen with care.
    case when is_large and length(split_part(domain, '.', 1)) >= 5 and not regexp_matches(typo, '[0-9]') then 0.97 else 0.7 end
from ranked
where position = 1
