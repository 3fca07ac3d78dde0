-- Hold fixed cut points between scores, for a company that has its own.
--
-- grain    one row per value and score from 2 on
-- returns  value_name (recency_days, frequency, monetary), score, at_most (days, for recency_days), at_least (orders or currency
--          units, for the others)

-- Made to be edited: eject it and write your own, in the currency of your orders. Whoever reaches several scores of a value
-- gets the highest, who reaches none gets 1. They name segments when method is fixed.
select *
from (
  values
    ('recency_days', 5, 30, cast(null as decimal(18, 4))),
    ('recency_days', 4, 90, null),
    ('recency_days', 3, 180, null),
    ('recency_days', 2, 365, null),
    ('frequency', 5, null, 10),
    ('frequency', 4, null, 5),
    ('frequency', 3, null, 3),
    ('frequency', 2, null, 2),
    ('monetary', 5, null, 1000),
    ('monetary', 4, null, 500),
    ('monetary', 3, null, 200),
    ('monetary', 2, null, 50)
) as cuts (value_name, score, at_most, at_least)
