-- Set what people decided beside what the weights say.
--
-- grain    one row per left_id and right_id that was decided
-- returns  is_same (people say one customer), match_weight, match_probability and verdict (null where the pair was never compared)
with said as (
  select left_id, right_id, min(decision) = 'merge' as is_same from unify.decided group by left_id, right_id
)
select d.left_id, d.right_id, d.is_same, s.match_weight, s.match_probability, s.verdict
from said as d
left join unify.scores as s on s.left_id = d.left_id and s.right_id = d.right_id
