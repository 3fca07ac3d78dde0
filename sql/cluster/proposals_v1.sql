-- Propose for each value the value that it is taken for.
--
-- grain    one row per value that is to become another; every value is alike the one that survives, there are no chains
-- param    least  double = 0.6   less sure than this is not proposed
-- returns  before, after, n (rows of before), after_n (rows of after), method, confidence (0 to 1)
with starred as (
    select f.form_no, coalesce(s.star_no, f.form_no) as star_no, f.fingerprint, f.marks, e.method, coalesce(e.confidence, 1.0) as confidence
    from cluster.forms f
    left join cluster.stars s on s.form_no = f.form_no
    left join cluster.edges e on e.left_no = s.star_no and e.right_no = f.form_no
),
gathered as (
    select k.value as before, k.n, k.legal, k.text, b.value as after, b.place, a.n as after_n, b.legal as after_legal, b.text as own_text,
        s.method, s.confidence, k.fingerprint = b.fingerprint as is_same_fingerprint, k.place = f.place as is_best
    from cluster.keys k
    join starred s on s.fingerprint = k.fingerprint and s.marks = k.marks
    join cluster.forms f on f.form_no = s.form_no
    join cluster.forms b on b.form_no = s.star_no
    join cluster.keys a on a.place = b.place
    where k.place <> b.place and (f.n_values > 1 or s.star_no <> s.form_no)
),
rated as (
    select *,
        case when is_best then method when method is null then 'fingerprint' else concat('fingerprint, ', method) end as methods,
        confidence
            -- words in another order or said twice
            * case when is_best then 1.0 when text = own_text or not is_same_fingerprint then 0.98 else 0.95 end
            -- Acme Inc and Acme Ltd may be two companies, Acme and Acme Inc are one
            * case when legal = after_legal then 1.0 when legal = '' or after_legal = '' then 0.97 else 0.75 end as sure
    from gathered
)
select before, after, n, after_n, methods as method, round(sure, 2) as confidence
from rated
where round(sure, 2) >= $least
