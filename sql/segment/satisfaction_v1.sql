-- Part customers by how satisfied they said they were with service.
--
-- scheme   satisfaction Satisfaction
-- grain    one row per customer_id of unify.customers
-- param    as_of           date            tickets opened after this day are not seen
-- param    satisfied_from  double from 0 to 1 = 0.75   mean place on the scale, 0 to 1, from which one is satisfied; 4 of 1 to 5 is 0.75
-- param    unhappy_below   double from 0 to 1 = 0.5    mean place below which one is unhappy; between the two: neutral
-- returns  segment (satisfied, neutral, unhappy; no score: none given on a scale that is known), mean_place (0 is the lowest of the
--          scale, 1 the highest), n_scores, last_score_at

-- The scale of each source is segment.satisfaction_scales, so that scores of several sources can be put together.
with placed as (
  select
    tickets.customer_id, tickets.opened_at,
    cast((tickets.satisfaction - scales.scale_low) / nullif(cast(scales.scale_high - scales.scale_low as double), 0) as decimal(9, 6)) as place
  from unify.tickets as tickets
  inner join segment.satisfaction_scales as scales on coalesce(scales._source, '') = coalesce(tickets._source, '')
  where tickets.customer_id is not null and tickets.opened_at < $as_of + 1 and scales.scale_high is not null
),
means as (
  select
    customer_id,
    round(cast(sum(place) as double) / nullif(count(place), 0), 6) as mean_place,
    count(place) as n_scores,
    max(case when place is not null then opened_at end) as last_score_at
  from placed
  group by customer_id
)
select
  customers.customer_id,
  case
    when means.mean_place is null then 'no score'
    when means.mean_place >= $satisfied_from then 'satisfied'
    when means.mean_place < $unhappy_below then 'unhappy'
    else 'neutral'
  end as segment,
  means.mean_place,
  coalesce(means.n_scores, 0) as n_scores,
  means.last_score_at
from unify.customers as customers
left join means on means.customer_id = customers.customer_id
