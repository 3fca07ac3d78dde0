-- Put what is known of a customer into one row, for choosing and describing segments.
--
-- grain    one row per customer_id of unify.customers
-- returns  gender, age_years (full years; null without a birth date, or with one that cannot be), age_band, country,
--          region (시도 in Korea), district (시군구 with its province; null elsewhere), city, company, has_email, has_phone,
--          consent_email, consent_sms, consent_phone, consent_post, n_contacts, n_sources, first_seen_at; of segment.rfm (null
--          without a purchase): recency_days, frequency, monetary, mean_order (monetary a purchase), first_order_at, last_order_at, r, f, m, score,
--          weighted_score; rfm_segment; of the other schemes, named as they are: lifecycle, value, behaviour, affinity, channel,
--          satisfaction, journey; usual_gap_days (own rhythm of buying; null below a few purchases), value_decile (10 is best),
--          mean_satisfaction (0 to 1 of the scale), last_interest_at (click, visit or cart). What a scheme calls unknown is null
-- stored   no, it only puts stored relations side by side
select
  c.customer_id,
  nullif(gender.segment, 'unknown') as gender,
  age.age_years,
  nullif(age.segment, 'unknown') as age_band,
  c.country,
  nullif(region.segment, 'unknown') as region,
  case when district.segment not in ('unknown', 'abroad') then district.segment end as district,
  c.city, c.company,
  c.email is not null as has_email, c.phone is not null as has_phone,
  c.consent_email, c.consent_sms, c.consent_phone, c.consent_post,
  c.n_contacts, c.n_sources, c.first_seen_at,
  rfm.recency_days, rfm.frequency, rfm.monetary,
  cast(rfm.monetary / nullif(rfm.frequency, 0) as decimal(18, 4)) as mean_order,
  rfm.first_order_at, rfm.last_order_at, rfm.r, rfm.f, rfm.m, rfm.score, rfm.weighted_score,
  named.segment as rfm_segment,
  stages.segment as lifecycle, stages.usual_gap_days,
  value.segment as value, value.value_decile,
  behaviour.segment as behaviour,
  nullif(affinity.segment, 'unknown') as affinity,
  nullif(channel.segment, 'unknown') as channel,
  satisfaction.segment as satisfaction, satisfaction.mean_place as mean_satisfaction,
  journey.segment as journey, journey.last_interest_at
from unify.customers as c
left join segment.gender as gender on gender.customer_id = c.customer_id
left join segment.age_band as age on age.customer_id = c.customer_id
left join segment.region as region on region.customer_id = c.customer_id
left join segment.district as district on district.customer_id = c.customer_id
left join segment.rfm as rfm on rfm.customer_id = c.customer_id
left join segment.rfm_named as named on named.customer_id = c.customer_id
left join segment.lifecycle as stages on stages.customer_id = c.customer_id
left join segment.value as value on value.customer_id = c.customer_id
left join segment.behaviour as behaviour on behaviour.customer_id = c.customer_id
left join segment.affinity as affinity on affinity.customer_id = c.customer_id
left join segment.channel as channel on channel.customer_id = c.customer_id
left join segment.satisfaction as satisfaction on satisfaction.customer_id = c.customer_id
left join segment.journey as journey on journey.customer_id = c.customer_id
