-- Hold the segments of every scheme in the order to show them, and what to do about each.
--
-- grain    one row per scheme and segment; a row without a segment stands for all others of its scheme
-- returns  scheme, segment, priority (1 is shown first), advice (what to do; null when there is nothing to say)

-- Made to be edited: eject it, change rows, keep the columns. The segments of scheme rfm stand in segment.rfm_bounds.
-- A segment that is not here is shown after those that are, and segment.summary says so.
select *
from (
  values
    ('rfm', 'Others', 1000, 'Scores between the segments: look at them before you write.'),
    ('lifecycle', 'new', 1, 'Welcome them, prepare the second order.'),
    ('lifecycle', 'won back', 2, 'Say that you are glad, and find out what brought them back.'),
    ('lifecycle', 'active', 3, 'Keep in touch.'),
    ('lifecycle', 'cooling', 4, 'Give a reason to come back while they still think of you.'),
    ('lifecycle', 'dormant', 5, 'Wake them with an offer.'),
    ('lifecycle', 'lost', 6, 'One last try, then rest.'),
    ('lifecycle', 'never bought', 7, 'Bring them to a first purchase.'),
    ('value', 'A', 1, 'Know them by name, and never let them wait.'),
    ('value', 'B', 2, 'Show them what A customers buy.'),
    ('value', 'C', 3, 'Serve them well at little cost.'),
    ('value', 'no net revenue', 4, 'Find out what was sent back, and why.'),
    ('value', 'never bought', 5, 'Bring them to a first purchase.'),
    ('behaviour', null, 1, null),
    ('behaviour', 'never bought', 1000, 'Bring them to a first purchase.'),
    ('age_band', 'under 20', 1, null), ('age_band', '20s', 2, null), ('age_band', '30s', 3, null), ('age_band', '40s', 4, null),
    ('age_band', '50s', 5, null), ('age_band', '60s', 6, null), ('age_band', '70 and over', 7, null),
    ('age_band', 'unknown', 1000, null),
    ('gender', 'female', 1, null), ('gender', 'male', 2, null), ('gender', 'other', 3, null), ('gender', 'unknown', 1000, null),
    ('region', null, 1, null), ('region', 'unknown', 1000, null),
    ('district', null, 1, null), ('district', 'abroad', 999, null), ('district', 'unknown', 1000, null),
    ('affinity', null, 1, 'Show them what is new in this category first.'),
    ('affinity', 'mixed', 998, 'Recommend by the last order, not by a category.'),
    ('affinity', 'unknown', 999, 'Fill in the category of products.'),
    ('affinity', 'never bought', 1000, 'Bring them to a first purchase.'),
    ('channel', null, 1, 'Meet them where they buy.'),
    ('channel', 'several', 998, 'Keep prices and baskets the same on all channels.'),
    ('channel', 'unknown', 999, 'Record the channel of orders.'),
    ('channel', 'never bought', 1000, 'Bring them to a first purchase.'),
    ('satisfaction', 'satisfied', 1, 'Ask them for a review.'),
    ('satisfaction', 'neutral', 2, 'Ask what was missing.'),
    ('satisfaction', 'unhappy', 3, 'Call them before you send an offer.'),
    ('satisfaction', 'no score', 4, null),
    ('journey', 'aware', 1, 'Make them curious.'),
    ('journey', 'considering', 2, 'Take away the last doubt: a trial, a review, free returns.'),
    ('journey', 'first purchase', 3, 'Prepare the second order; it decides.'),
    ('journey', 'repeat', 4, 'Make it a habit.'),
    ('journey', 'loyal', 5, 'Thank them, ask them to bring others.')
) as names (scheme, segment, priority, advice)
