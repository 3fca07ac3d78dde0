-- Keep for every customer which segment they were in, and from which run to which.
--
-- grain    one row per customer_id, scheme, segment and since
-- param    as_of  date   the day of this run
-- returns  customer_id, scheme, segment, since (day of the first run that found it so), until (day of the first run that did not;
--          null while it holds)

-- A day is that of a run: what happened between two runs is not known. A run for a day in the past is set between its neighbours,
-- and a run for a day that had one takes its place, so that running again changes nothing.
with today as (
  select cast($as_of as date) as day, (select min(day) from segment.days where day > $as_of) as next_day
),
held as (
  select customer_id, scheme, segment, since
  from segment.history_before
  where since < $as_of and (until >= $as_of or until is null)
),
held_later as (
  select h.customer_id, h.scheme, h.segment, h.until
  from segment.history_before as h
  inner join today on h.since <= today.next_day and (h.until > today.next_day or h.until is null)
)
select a.customer_id, a.scheme, a.segment, coalesce(l.since, t.day) as since,
  case when r.customer_id is null then t.next_day else r.until end as until
from segment.assigned as a
cross join today as t
left join held as l on l.customer_id = a.customer_id and l.scheme = a.scheme and l.segment = a.segment
left join held_later as r on r.customer_id = a.customer_id and r.scheme = a.scheme and r.segment = a.segment
union all
select l.customer_id, l.scheme, l.segment, l.since, t.day
from held as l
cross join today as t
where not exists (
  select 1 from segment.assigned as a where a.customer_id = l.customer_id and a.scheme = l.scheme and a.segment = l.segment
)
union all
select r.customer_id, r.scheme, r.segment, t.next_day, r.until
from held_later as r
cross join today as t
where not exists (
  select 1 from segment.assigned as a where a.customer_id = r.customer_id and a.scheme = r.scheme and a.segment = r.segment
)
union all
select h.customer_id, h.scheme, h.segment, h.since, h.until
from segment.history_before as h
cross join today as t
where h.until < t.day or h.since > t.next_day
