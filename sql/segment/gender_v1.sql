-- Part customers by gender.
--
-- scheme   gender Gender
-- grain    one row per customer_id of unify.customers
-- returns  segment (female, male, other; unknown when nobody said)
select customer_id, coalesce(gender, 'unknown') as segment
from unify.customers
