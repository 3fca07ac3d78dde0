-- List customers that may be several people merged into one, with what is suspicious about them.
--
-- grain    one row per customer_id of several records that something speaks against
-- param    many_records integer from 1 = 10   a customer of more records is suspicious for that alone
-- returns  n_reasons, reason (in words), n_records, n_sources, n_names, n_births, n_emails, n_phones (different ones), n_pairs (compared
--          between its records), n_against (of these speak against one person), bits (what all pairs say, each at most 10 bits)
with known as (
  select m.customer_id, r.contact_id, r._source, r.name, r.script, r.given_sound, r.family_sound, r.birth, r.email, r.phone,
    count(*) over (partition by m.customer_id) as n
  from unify.members as m
  join unify.records as r on r.contact_id = m.contact_id
),
sized as (
  select customer_id, count(*) as n_records, count(distinct _source) as n_sources, count(distinct name) as n_names,
    count(distinct birth) as n_births, count(distinct email) as n_emails, count(distinct phone) as n_phones
  from known
  where n > 1
  group by customer_id
),
births as (
  select distinct customer_id, birth from known where n between 2 and 200 and birth is not null
),
foreign_births as (
  -- more than a slip of the pen: three digits and more, in year and in day or month
  select distinct l.customer_id
  from births as l
  join births as r on r.customer_id = l.customer_id and l.birth < r.birth
  where damerau_levenshtein(l.birth, r.birth) > 2 and left(l.birth, 6) <> left(r.birth, 6) and substr(l.birth, 5) <> substr(r.birth, 5)
),
names as (
  select distinct customer_id, script, given_sound, coalesce(family_sound, '') as family_sound from known where n between 2 and 200 and given_sound is not null
),
foreign_names as (
  -- who has a name in either script may well have two that sound unlike
  select distinct l.customer_id
  from names as l
  join names as r on r.customer_id = l.customer_id and r.script = l.script and l.given_sound < r.given_sound
  where round(jaro_winkler_similarity(l.given_sound, r.given_sound), 6) < 0.7
    and not starts_with(l.given_sound, r.given_sound) and not starts_with(r.given_sound, l.given_sound)
    and l.given_sound <> r.family_sound and r.given_sound <> l.family_sound
),
pairs as (
  select l.customer_id, count(*) as n_pairs, sum(case when s.match_weight < 0 then 1 else 0 end) as n_against,
    sum(cast(least(greatest(s.match_weight, -10), 10) as decimal(18, 4))) as bits
  from unify.scores as s
  join unify.members as l on l.contact_id = s.left_id
  join unify.members as r on r.contact_id = s.right_id and r.customer_id = l.customer_id
  group by l.customer_id
),
told as (
  select s.*, coalesce(p.n_pairs, 0) as n_pairs, cast(coalesce(p.n_against, 0) as bigint) as n_against, cast(p.bits as double) as bits,
    case when s.n_records > $many_records then 'many records' end as many,
    case when b.customer_id is not null then 'birth dates unlike each other' end as birth,
    case when n.customer_id is not null then 'given names unlike each other' end as given,
    case when p.bits < 0 or p.n_against * 2 > p.n_pairs then 'more speaks against it than for it' end as against
  from sized as s
  left join foreign_births as b on b.customer_id = s.customer_id
  left join foreign_names as n on n.customer_id = s.customer_id
  left join pairs as p on p.customer_id = s.customer_id
)
select customer_id,
  case when many is null then 0 else 1 end + case when birth is null then 0 else 1 end + case when given is null then 0 else 1 end
    + case when against is null then 0 else 1 end as n_reasons,
  concat_ws(', ', against, birth, given, many) as reason, n_records, n_sources, n_names, n_births, n_emails, n_phones, n_pairs, n_against, bits
from told
where coalesce(many, birth, given, against) is not null
