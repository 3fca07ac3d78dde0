-- Put what is known of a customer into one row, for choosing and describing segments.
--
-- grain    one row per customer_id of unify.customers
-- param    as_of  date   the day on which customers are looked at
-- returns  gender, age_years (full years; null without a birth date or with one after as_of), age_band (20s, 30s, …), country,
--          region, city, company, has_email, has_phone, consent_email, consent_sms, consent_phone, consent_post, n_contacts, n_sources,
--          first_seen_at; of segment.rfm (null without a purchase): recency_days, frequency, monetary, mean_order (monetary a
--          purchase), first_order_at, last_order_at, r, f, m, score; rfm_segment, lifecycle
-- stored   no, it only puts stored relations side by side
with aged as (
  select *,
    date_diff('year', birth_date, $as_of)
      - case when strftime(birth_date, '%m%d') > strftime(cast($as_of as date), '%m%d') then 1 else 0 end as years
  from unify.customers
)
select
  c.customer_id, c.gender,
  case when c.years >= 0 then c.years end as age_years,
  case when c.years >= 0 then cast(c.years // 10 * 10 as varchar) || 's' end as age_band,
  c.country, c.region, c.city, c.company,
  c.email is not null as has_email, c.phone is not null as has_phone,
  c.consent_email, c.consent_sms, c.consent_phone, c.consent_post,
  c.n_contacts, c.n_sources, c.first_seen_at,
  rfm.recency_days, rfm.frequency, rfm.monetary,
  cast(rfm.monetary / nullif(rfm.frequency, 0) as decimal(18, 4)) as mean_order,
  rfm.first_order_at, rfm.last_order_at, rfm.r, rfm.f, rfm.m, rfm.score,
  named.segment as rfm_segment, stages.segment as lifecycle
from aged as c
left join segment.rfm as rfm on rfm.customer_id = c.customer_id
left join segment.rfm_named as named on named.customer_id = c.customer_id
left join segment.lifecycle as stages on stages.customer_id = c.customer_id
