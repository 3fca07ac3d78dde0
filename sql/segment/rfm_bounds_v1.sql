-- Name the ranges of scores that make a segment, and what to do about it.
--
-- grain    one row per segment
-- returns  r_lo, r_hi, f_lo, f_hi, m_lo, m_hi (scores), priority (1 is tried first), advice (what to do)
-- source   the segments of the R package rfm (MIT), in its order

-- Made to be edited: eject it, change rows, keep the columns. Bounds are inclusive and meant for 5 bins. A
-- customer gets the matching segment of the lowest priority; whoever fits none is called Others.
select *
from (
  values
    ('Champions', 5, 5, 5, 5, 5, 5, 1, 'Reward them, ask for reviews, show new things first.'),
    ('Potential Loyalist', 3, 5, 3, 5, 2, 5, 2, 'Offer membership, recommend what goes with past orders.'),
    ('Loyal Customers', 2, 4, 2, 4, 2, 4, 3, 'Sell the better product, ask them to bring others.'),
    ('Promising', 3, 4, 1, 3, 3, 5, 4, 'Make the brand known, offer a free trial.'),
    ('New Customers', 4, 5, 1, 3, 1, 5, 5, 'Help them get started, prepare the second order.'),
    ('Can''t Lose Them', 1, 2, 3, 4, 4, 5, 6, 'Call them, win them back before a rival does.'),
    ('At Risk', 1, 2, 2, 5, 4, 5, 7, 'Write in person, offer a renewal.'),
    ('Need Attention', 1, 3, 3, 5, 3, 5, 8, 'Make a limited offer, based on what they bought.'),
    ('About To Sleep', 2, 3, 1, 3, 1, 4, 9, 'Remind them with popular products, share something useful.'),
    ('Lost', 1, 1, 1, 5, 1, 5, 10, 'One win-back campaign, otherwise let them rest.')
) as bounds (segment, r_lo, r_hi, f_lo, f_hi, m_lo, m_hi, priority, advice)
