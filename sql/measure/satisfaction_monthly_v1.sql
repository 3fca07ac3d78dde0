-- Follow service tickets by month and topic: how many, how content people were, how long it took.
--
-- grain    one row per month of opening and topic; topic null is "not stated"
-- param    as_of  date   tickets opened after this day are not seen; closed after it, they are still open
-- returns  month (its first day), topic, n_tickets, n_open (not closed by as_of), mean_satisfaction (in the unit of
--          the source; null without answers), share_answered (tickets with a satisfaction, 0 to 1),
--          median_hours_to_close (of closed tickets; null without any; closing before opening is not believed)
with tickets as (
  select
    cast(date_trunc('month', opened_at) as date) as month,
    topic,
    -- Doubles are not added up: their sum would depend on the order of the rows.
    cast(satisfaction as decimal(18, 4)) as satisfaction,
    coalesce(closed_at >= $as_of + 1, true) as is_open,
    case
      when closed_at >= opened_at and closed_at < $as_of + 1
        then cast(date_diff('second', opened_at, closed_at) as double) / 3600
    end as hours_to_close
  from unify.tickets
  where opened_at < $as_of + 1
)
select
  month,
  topic,
  count(*) as n_tickets,
  count(case when is_open then 1 end) as n_open,
  cast(sum(satisfaction) as double) / nullif(cast(count(satisfaction) as double), 0) as mean_satisfaction,
  cast(count(satisfaction) as double) / nullif(cast(count(*) as double), 0) as share_answered,
  median(hours_to_close) as median_hours_to_close
from tickets
group by month, topic
