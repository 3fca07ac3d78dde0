-- Say of every segment what its customers are like beside all customers.
--
-- grain    one row per scheme, segment, attribute and value that occurs in it
-- returns  attribute (gender, age_band, country, region, has_email, has_phone, consent_email, n_sources), value, n_customers,
--          share (of the segment's customers whose attribute is known, 0 to 1), share_all (the same of all customers),
--          index_all (share over share_all, 100 is like everybody)
with known as (
  select customer_id,
    unnest(['gender', 'age_band', 'country', 'region', 'has_email', 'has_phone', 'consent_email', 'n_sources']) as attribute,
    unnest([gender, age_band, country, region, cast(has_email as varchar), cast(has_phone as varchar), cast(consent_email as varchar),
      cast(n_sources as varchar)]) as value
  from segment.profile
),
everybody as (
  select attribute, value, count(*) as n, sum(count(*)) over (partition by attribute) as n_known
  from known where value is not null
  group by attribute, value
),
inside as (
  select m.scheme, m.segment, k.attribute, k.value, count(*) as n,
    sum(count(*)) over (partition by m.scheme, m.segment, k.attribute) as n_known
  from segment.members as m
  -- That all of a segment of women are women says nothing.
  join known as k on k.customer_id = m.customer_id and k.value is not null and k.attribute <> m.scheme
  group by m.scheme, m.segment, k.attribute, k.value
)
select i.scheme, i.segment, i.attribute, i.value, i.n as n_customers,
  round(cast(i.n as double) / nullif(cast(i.n_known as double), 0), 6) as share,
  round(cast(e.n as double) / nullif(cast(e.n_known as double), 0), 6) as share_all,
  round(100 * (cast(i.n as double) / nullif(cast(i.n_known as double), 0))
    / nullif(cast(e.n as double) / nullif(cast(e.n_known as double), 0), 0), 1) as index_all
from inside as i
join everybody as e on e.attribute = i.attribute and e.value = i.value
