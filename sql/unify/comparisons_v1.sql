-- Compare the records of every candidate pair and of every pair drawn by chance, column by column.
--
-- grain    one row per population, left_id and right_id
-- renewed  by pair
-- returns  the columns of unify.compared_names, and a level a column (0 differs, null where either side is empty):
--          email 3 same, 2 a typo, 1 same or alike before @; phone 2 same, 1 one digit; birth 5 same, 4 one digit or day and month
--          swapped, 3 the same day of another year, 2 two digits or same month, 1 about a year; place 3 postcode and city, 2 either, 1 one character;
--          address 3 same, 2 most words, 1 some; company 2 same, 1 close; is_member (same member number); and the e-mail,
--          phone, place and company agreed on, where their frequency matters
with measured as (
  select n.*,
    l.address as left_address, r.address as right_address, l.address_words as left_address_words, r.address_words as right_address_words,
    l.birth as left_birth, r.birth as right_birth, l.city as left_city, r.city as right_city,
    l.company as left_company, r.company as right_company, l.email as left_email, r.email as right_email,
    l.email_local as left_email_local, r.email_local as right_email_local, l.email_number as left_email_number, r.email_number as right_email_number,
    l.family_sound as left_family_sound, r.family_sound as right_family_sound, l.given_sound as left_given_sound, r.given_sound as right_given_sound,
    l.is_common_server as left_is_common_server, r.is_common_server as right_is_common_server, l.member_no as left_member_no,
    r.member_no as right_member_no, l.phone as left_phone, r.phone as right_phone, l.postcode as left_postcode, r.postcode as right_postcode,
    l.email_local <> r.email_local and l.email_number <> r.email_number as is_other_number,
    -- every likeness is taken only where it can still decide: they are most of the time of the stage
    case when l.email <> r.email and (l.email_local <> r.email_local and l.email_number <> r.email_number) is not true
      then round(jaro_winkler_similarity(l.email, r.email), 6) end as email_likeness,
    case when l.company <> r.company then round(jaro_winkler_similarity(l.company, r.company), 6) end as company_likeness,
    -- plain edits are eight times cheaper than edits with swaps, and never more than twice as many
    case when l.birth = r.birth then 0 when levenshtein(l.birth, r.birth) <= 4 then damerau_levenshtein(l.birth, r.birth) else 8 end as birth_edits,
    case when l.phone = r.phone then 0 when levenshtein(l.phone, r.phone) <= 2 then damerau_levenshtein(l.phone, r.phone) else 8 end as phone_edits,
    case when l.postcode = r.postcode then 0 when l.city = r.city then 8
      when levenshtein(l.postcode, r.postcode) <= 2 then damerau_levenshtein(l.postcode, r.postcode) else 8 end as postcode_edits,
    case when l.city = r.city then 0 when l.postcode = r.postcode then 8
      when abs(strlen(l.city) - strlen(r.city)) <= 2 then levenshtein(l.city, r.city) else 8 end as city_edits,
    case when l.address_words = r.address_words then len(l.address_words)
      when r.address is not null then len(list_filter(l.address_words, lambda w: list_contains(r.address_words, w))) end as n_words_shared,
    greatest(len(l.address_words), len(r.address_words)) as n_words, left(l.address, 3) = left(r.address, 3) as is_address_start
  from unify.compared_names as n
  join unify.records as l on l.contact_id = n.left_id
  join unify.records as r on r.contact_id = n.right_id
),
spelled as (
  select *,
    case when email_likeness >= 0.88 and levenshtein(left_email, right_email) <= 4 then damerau_levenshtein(left_email, right_email) else 8 end as email_edits,
    -- near enough for days: a year counted as 372, a month as 31
    case when birth_edits > 2 then (cast(left(left_birth, 4) as integer) - cast(left(right_birth, 4) as integer)) * 372
      + (cast(substr(left_birth, 5, 2) as integer) - cast(substr(right_birth, 5, 2) as integer)) * 31
      + cast(right(left_birth, 2) as integer) - cast(right(right_birth, 2) as integer) end as birth_days,
    -- only addresses that share a word or a beginning are spelled out, and only where their lengths leave it open
    case when n_words_shared >= n_words * 0.7 then 0
      when (n_words_shared > 0 or is_address_start)
        and abs(strlen(left(left_address, 60)) - strlen(left(right_address, 60))) * 3 <= least(length(left_address), length(right_address))
      then levenshtein(left(left_address, 60), left(right_address, 60)) else 60 end as address_edits
  from measured
)
select s.population, s.left_id, s.right_id, given_level, family_level,
  cast(case
    when left_email is null or right_email is null then null when left_email = right_email then 3
    -- addresses are made of names: a namesake's differs in its number, and looks alike without one
    when is_other_number or (left_email_local <> right_email_local and email_likeness < 0.88) then 0
    when (left_email_number <> '' or not left_is_common_server or not right_is_common_server)
      and email_edits <= 2 then 2
    when length(left_email_number) <= 2 and (left_given_sound = right_given_sound or left_family_sound = right_family_sound) then null
    else 1 end as integer) as email_level,
  cast(case
    when left_phone is null or right_phone is null then null when left_phone = right_phone then 2
    when phone_edits = 1 then 1 else 0 end as integer) as phone_level,
  cast(case
    when left_birth is null or right_birth is null then null when left_birth = right_birth then 5
    when birth_edits = 1 then 4
    when left_birth = substr(right_birth, 1, 4) || substr(right_birth, 7, 2) || substr(right_birth, 5, 2) then 4
    -- who knows only the year is often given its first day
    when right(left_birth, 4) = right(right_birth, 4) and right(left_birth, 4) <> '0101' then 3
    when birth_edits = 2 or left(left_birth, 6) = left(right_birth, 6) then 2
    when abs(birth_days) <= 400 then 1 else 0 end as integer) as birth_level,
  cast(case
    when coalesce(left_postcode, left_city) is null or coalesce(right_postcode, right_city) is null then null
    when left_postcode = right_postcode and coalesce(left_city = right_city, true) then 3
    when left_postcode = right_postcode or left_city = right_city then 2
    when postcode_edits = 1 or city_edits <= 2 then 1
    when (left_postcode is null or right_postcode is null) and (left_city is null or right_city is null) then null
    else 0 end as integer) as place_level,
  cast(case
    when n_words is null or n_words_shared is null then null
    when left_address_words = right_address_words then 3
    when n_words_shared >= n_words * 0.7 or address_edits * 6 <= least(length(left_address), length(right_address)) then 2
    when n_words_shared >= n_words * 0.4 or address_edits * 3 <= least(length(left_address), length(right_address)) then 1
    else 0 end as integer) as address_level,
  cast(case
    when left_company is null or right_company is null then null when left_company = right_company then 2
    when company_likeness >= 0.92 then 1
    -- 대성식품 and Daesung Foods may be one company: names in two scripts say nothing
    when (strlen(left_company) = length(left_company)) <> (strlen(right_company) = length(right_company)) then null
    else 0 end as integer) as company_level,
  coalesce(left_member_no = right_member_no, false) as is_member, given, family, name,
  case when left_email = right_email then left_email end as email, case when left_phone = right_phone then left_phone end as phone,
  case when left_postcode = right_postcode then left_postcode when left_city = right_city then left_city end as place,
  case when left_company = right_company then left_company end as company,
  x.text_1_level, x.text_2_level, x.text_3_level, x.code_1_level, x.code_2_level,
  x.code_3_level, x.code_4_level, x.number_1_level, x.number_2_level
from spelled as s
left join unify.compared_evidence as x on x.population = s.population and x.left_id = s.left_id and x.right_id = s.right_id
