-- List the customers worth a call: overdue by their own rhythm, valuable, not yet lost; and how each may be reached.
--
-- grain    one row per customer_id with is_worth_a_call in measure.churn
-- returns  place (1 has most at risk among those who may be reached by phone or e-mail; those who may not come last), reach (phone,
--          email, not asked: an address but no word on consent, declined, no address), may_call, may_email (address and consent are
--          both there), last_purchase_on, days_since_last, usual_gap_days, churn_probability, expected_spend, value_at_risk

-- Only a consent on record counts: nobody ever asked is no yes. A list without addresses: whoever calls, looks them up.
with reached as (
  select
    churn.*, rhythm.last_purchase_on,
    coalesce(customers.phone is not null and customers.consent_phone, false) as may_call,
    coalesce(customers.email is not null and customers.consent_email, false) as may_email,
    customers.phone is not null or customers.email is not null as has_address,
    (customers.phone is not null and customers.consent_phone is null)
      or (customers.email is not null and customers.consent_email is null) as is_open
  from measure.churn as churn
  inner join measure.rhythm as rhythm on rhythm.customer_id = churn.customer_id
  left join unify.customers as customers on customers.customer_id = churn.customer_id
  where churn.is_worth_a_call
)
select
  customer_id,
  row_number() over (
    order by case when may_call or may_email then 0 else 1 end, value_at_risk desc, customer_id
  ) as place,
  case
    when may_call then 'phone'
    when may_email then 'email'
    when is_open then 'not asked'
    when has_address then 'declined'
    else 'no address'
  end as reach,
  may_call, may_email, last_purchase_on, days_since_last, usual_gap_days, churn_probability, expected_spend, value_at_risk
from reached
