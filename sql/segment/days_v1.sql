-- List the days on which customers were put into segments: those of earlier published runs, and today.
--
-- grain    one row per day
-- param    as_of  date   the day of this run
-- returns  day
select day from segment.days_before
union
select cast($as_of as date) as day
