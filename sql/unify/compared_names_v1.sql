-- Compare the names of every candidate pair and of every pair drawn by chance.
--
-- grain    one row per population, left_id and right_id
-- stored   no, unify.comparisons holds all of it
-- returns  population (candidate, sample), given_level, family_level (5 same, 4 swapped, 3 sounds alike, 2 close, 1 similar or
--          initial, 0 differs, null where either side is empty; a swapped pair counts once, under given_level),
--          given, family, name (what both sides agree on, else null)
with pairs as (
  select 'candidate' as population, left_id, right_id from unify.pairs
  union all
  select 'sample', left_id, right_id from unify.sample_pairs
),
measured as (
  -- similarities are taken once a pair and only where they can decide, on ASCII, and rounded before they meet a threshold
  select p.population, p.left_id, p.right_id,
    l.family as left_family, r.family as right_family,
    l.family_sound as left_family_sound, r.family_sound as right_family_sound, l.given as left_given, r.given as right_given,
    l.given_sound as left_given_sound, r.given_sound as right_given_sound, l.name as left_name, r.name as right_name,
    l.script = 'latin' and r.script = 'latin' as is_latin, l.script = 'hangul' and r.script = 'hangul' as is_hangul,
    case when l.script = 'latin' and r.script = 'latin' and l.given <> r.given then round(jaro_winkler_similarity(l.given, r.given), 6) end as given_likeness,
    case when l.script = 'latin' and r.script = 'latin' and l.family <> r.family then round(jaro_winkler_similarity(l.family, r.family), 6) end as family_likeness,
    case when l.family_sound = r.given_sound then round(jaro_winkler_similarity(l.given, r.family), 6) end as given_family_likeness,
    case when l.given_sound = r.family_sound then round(jaro_winkler_similarity(l.family, r.given), 6) end as family_given_likeness,
    l.given_sound = r.family_sound as is_given_family, l.family_sound = r.given_sound as is_family_given
  from pairs as p
  join unify.records as l on l.contact_id = p.left_id
  join unify.records as r on r.contact_id = p.right_id
),
crossed as (
  -- swapped: one name crosses over and the other does too, is close to it, or is missing
  select *, coalesce(left_given_sound <> right_given_sound, true) and coalesce(left_family_sound <> right_family_sound, true)
    and (coalesce(is_given_family, false) and coalesce(is_family_given or family_given_likeness >= 0.85, true)
      or coalesce(is_family_given, false) and coalesce(is_given_family or given_family_likeness >= 0.85, true)) as is_swapped
  from measured
)
select population, left_id, right_id,
  cast(case
    when is_swapped then 4
    when left_given is null or right_given is null then null
    when left_given = right_given then 5
    when left_given_sound = right_given_sound and length(left_given_sound) > 1 then 3
    when is_latin and given_likeness >= 0.9 then 2
    when is_hangul and levenshtein(left_given, right_given) = 1 then 2
    when is_latin and (given_likeness >= 0.78 or starts_with(left_given, right_given) or starts_with(right_given, left_given)) then 1
    else 0 end as integer) as given_level,
  cast(case
    when left_family is null or right_family is null or is_swapped then null
    when left_family = right_family then 5
    when left_family_sound = right_family_sound then 3
    when is_latin and family_likeness >= 0.9 then 2
    when is_hangul and levenshtein(left_family, right_family) = 1 then 2
    when is_latin and (family_likeness >= 0.78 or starts_with(left_family, right_family) or starts_with(right_family, left_family)) then 1
    else 0 end as integer) as family_level,
  case when left_given = right_given then left_given end as given, case when left_family = right_family then left_family end as family,
  case when left_name = right_name then left_name end as name
from crossed
