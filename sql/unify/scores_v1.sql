-- Weigh the evidence of every candidate pair and give a verdict.
--
-- grain    one row per left_id and right_id
-- renewed  by pair
-- param    merge_above    double from 0 to 1 = 0.95   pairs at least this probable are one person
-- param    review_above   double from 0 to 1 = 0.5    pairs at least this probable are doubtful
-- returns  weights in bits: prior_weight, one a column, name_discount (a full name is more common than its parts promise), household_discount (never above 0: two people of one
--          household agree too, in surname, address, phone and perhaps e-mail), match_weight (their sum), match_probability, verdict (merge, review, apart), reason
with weighted as (
  select c.*,
    prior.weight as prior_weight,
    -- a value's own frequency takes the place of the average one
    coalesce(ga.weight, 0) + case when c.given_level = 5 then
      coalesce(log2(ga.u * (z.n_people + 1000) / nullif(coalesce(gf.n_people, 1) - 1 + 1000 * ga.u, 0)), 0) else 0 end as given_weight,
    coalesce(fa.weight, 0) + case when c.family_level = 5 then
      coalesce(log2(fa.u * (z.n_people + 1000) / nullif(coalesce(ff.n_people, 1) - 1 + 1000 * fa.u, 0)), 0) else 0 end as family_weight,
    coalesce(case when c.email_level = 3 then log2(em.m * z.n_people / nullif(coalesce(ef.n_people, 1) - 0.99, 0))
      else em.weight end, 0) as email_weight,
    coalesce(case when c.phone_level = 2 then log2(ph.m * z.n_people / nullif(coalesce(pf.n_people, 1) - 0.99, 0))
      else ph.weight end, 0) as phone_weight,
    coalesce(bi.weight, 0) as birth_weight,
    -- of the people with this name one is at hand; where the birth dates differ the pair itself was counted as two
    case when c.name is not null then log2(z.n_people / nullif(greatest(coalesce(nf.n_people, 1)
      - case when c.birth_level < 5 then 1.95 else 0.95 end, 0.05), 0)) end as name_bits, coalesce(log2(ga.m), 0) + coalesce(log2(fa.m), 0) as name_m_bits,
    coalesce(pl.weight, 0) + case when c.place_level >= 2 then
      coalesce(log2(pl.u * (z.n_people + 1000) / nullif(coalesce(lf.n_people, 1) - 1 + 1000 * pl.u, 0)), 0) else 0 end as place_weight,
    coalesce(ad.weight, 0) as address_weight,
    coalesce(co.weight, 0) + case when c.company_level = 2 then
      coalesce(log2(co.u * (z.n_people + 1000) / nullif(coalesce(cf.n_people, 1) - 1 + 1000 * co.u, 0)), 0) else 0 end as company_weight, coalesce(x.evidence_weight, 0) as evidence_weight,
    prior.household_weight + coalesce(fa.household_weight, 0) + coalesce(em.household_weight, 0) + coalesce(ph.household_weight, 0)
      + coalesce(pl.household_weight, 0) + coalesce(ad.household_weight, 0) as household_weight
  from unify.comparisons as c
  join unify.model as prior on prior.column_name = 'prior'
  cross join (select greatest(coalesce(max(n_people), 0), 1000) as n_people from unify.scale) as z
  left join unify.model as ga on ga.column_name = 'given' and ga.level = c.given_level
  left join unify.model as fa on fa.column_name = 'family' and fa.level = c.family_level
  left join unify.model as em on em.column_name = 'email' and em.level = c.email_level
  left join unify.model as ph on ph.column_name = 'phone' and ph.level = c.phone_level
  left join unify.model as bi on bi.column_name = 'birth' and bi.level = c.birth_level
  left join unify.model as pl on pl.column_name = 'place' and pl.level = c.place_level
  left join unify.model as ad on ad.column_name = 'address' and ad.level = c.address_level
  left join unify.model as co on co.column_name = 'company' and co.level = c.company_level
  left join unify.evidence_weights as x on x.left_id = c.left_id and x.right_id = c.right_id
  -- a value that came after learning is a rare one
  left join unify.frequencies as gf on gf.column_name = 'given' and gf.value = c.given
  left join unify.frequencies as ff on ff.column_name = 'family' and ff.value = c.family
  left join unify.frequencies as ef on ef.column_name = 'email' and ef.value = c.email
  left join unify.frequencies as pf on pf.column_name = 'phone' and pf.value = c.phone
  left join unify.frequencies as nf on nf.column_name = 'name' and nf.value = c.name
  left join unify.frequencies as lf on lf.column_name = 'place' and lf.value = c.place
  left join unify.frequencies as cf on cf.column_name = 'company' and cf.value = c.company
  where c.population = 'candidate'
),
named as (
  -- addresses in one town share its words: what both say counts once
  select * replace (case when place_level = 2 and place_weight > 0 and address_weight > 0 then greatest(place_weight - address_weight, 0)
      else place_weight end as place_weight), coalesce(least(name_bits - (given_weight + family_weight - name_m_bits), 0), 0) as name_discount from weighted
),
summed as (
  select *,
    prior_weight + given_weight + family_weight + name_discount + email_weight + phone_weight + birth_weight + place_weight
      + address_weight + company_weight + evidence_weight as against_strangers,
    household_weight + given_weight + name_discount + birth_weight + company_weight + evidence_weight as against_household,
    given_level = 0 and birth_level = 0 as is_contradicted,
    coalesce(phone_level = 2, false) or coalesce(email_level = 3, false) as is_shared
  from named
),
discounted as (
  -- the chance of being two people adds up over both ways to be two
  select *, -log2(1 + pow(2, least(against_strangers - against_household, 300))) as household_discount from summed
),
totalled as (
  select *, round(against_strangers + household_discount, 6) as match_weight from discounted
),
judged as (
  select *, round(1 / nullif(1 + pow(2, -least(greatest(match_weight, -100), 100)), 0), 6) as match_probability from totalled
)
select left_id, right_id,
  prior_weight, given_weight, family_weight, name_discount, email_weight, phone_weight, birth_weight, place_weight, address_weight,
  company_weight, evidence_weight, household_discount, match_weight, match_probability,
  case
    when coalesce(is_contradicted, false) and (is_shared or is_member) then 'apart'
    when is_member then 'merge'
    when match_probability >= $merge_above then 'merge'
    when match_probability >= $review_above then 'review'
    else 'apart' end as verdict,
  case
    when coalesce(is_contradicted, false) and (is_shared or is_member or match_weight < 0) then 'given name and birth date both differ'
    when is_member then 'same member number'
    else 'weight of evidence' end as reason
from judged
