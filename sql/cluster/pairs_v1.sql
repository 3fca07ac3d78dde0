-- List the pairs of forms that are compared.
--
-- grain    one row per pair; left survives better than right
-- param    max_hubs  integer = 20   in a large block every form is compared with this many that survive best, not with all
-- returns  left_no, right_no
with placed as (
    select k.kind, k.key, k.form_no, row_number() over (partition by k.kind, k.key order by k.form_no) as position
    from cluster.block_keys k
    join cluster.blocks b on b.kind = k.kind and b.key = k.key and b.n_pairs > 0
)
select distinct l.form_no as left_no, r.form_no as right_no
from placed l
join placed r on r.kind = l.kind and r.key = l.key and r.position > l.position
where l.position <= $max_hubs
