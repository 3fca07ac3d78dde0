-- Expect of every customer how much they will buy and what that is worth today.
--
-- grain    one row per customer_id with at least one purchase up to as_of
-- returns  probability_alive (chance that the customer still buys at all; null when no model holds),
--          expected_purchases (days with a purchase in the next horizon_days), expected_spend (a purchase, net,
--          in the currency of segment.currencies; null when no amount is known at all), clv (their product,
--          discounted to as_of), horizon_days, purchase_method, spend_method (a model, or historical average; why is in
--          measure.clv_notes)
-- source   Fader, Hardie and Lee, RFM and CLV: using iso-value curves for customer base analysis (2005)

-- Under Gamma-Gamma a customer's expected spend lies between their own mean and everybody's, nearer to their own
-- the more they bought. Without it, it is their own mean, else everybody's.
with spend_model as (
  select
    max(case when parameter = 'p' then value end) as p,
    max(case when parameter = 'q' then value end) as q,
    max(case when parameter = 'v' then value end) as v
  from measure.clv_model
  where model = 'gamma_gamma' and is_chosen
),
everybody as (
  select cast(sum(spend) as double) / nullif(cast(count(spend) as double), 0) as mean_spend
  from measure.clv_days
),
joined as (
  select
    customers.customer_id,
    points.probability_alive, points.expected_purchases, points.discounted_purchases,
    points.method as purchase_method,
    case when spend_model.p is null then 'historical average' else 'gamma_gamma' end as spend_method,
    case
      when spend_model.p is null
        then coalesce(cast(customers.mean_spend as double), everybody.mean_spend)
      else spend_model.p
        * (spend_model.v + customers.n_spends * coalesce(cast(customers.mean_repeat_spend as double), 0.0))
        / nullif(spend_model.p * customers.n_spends + spend_model.q - 1, 0)
    end as spend
  from measure.clv_customers as customers
  cross join spend_model
  cross join everybody
  left join measure.clv_points as points
    on points.repeat_purchases = customers.repeat_purchases
    and points.last_repeat_days = customers.last_repeat_days
    and points.observed_days = customers.observed_days
)
select
  joined.customer_id,
  joined.probability_alive,
  joined.expected_purchases,
  cast(joined.spend as decimal(18, 4)) as expected_spend,
  cast(joined.spend * joined.discounted_purchases as decimal(18, 4)) as clv,
  settings.horizon_days,
  joined.purchase_method,
  joined.spend_method
from joined
cross join measure.clv_settings as settings
