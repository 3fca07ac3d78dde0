-- Say what is worth doing first, with how many it concerns and the money attached.
--
-- grain    one row per thing to do
-- returns  place (1 first: critical checks, one that broke, then the first of every kind by amount), kind (check, call, asleep, doubtful, unreachable,
--          undecided), severity, about (a column, a segment; null where kind says it), detail (sentence of a check, advice of a segment),
--          n (rows, customers, pairs of customers or cells), n_all (of how many; null where that says nothing), amount (in the currency
--          of segment.currencies; null where no money is known to hang on it), is_broken (a check that held in the run before)
with todo as (
  select 'check' as kind, severity, relation || coalesce('.' || column_name, '') as about, sentence as detail,
    n_failed as n, n as n_all, cast(null as decimal(18, 4)) as amount, change = 'broke' as is_broken,
    row_number() over (partition by severity = 'critical' order by case when change = 'broke' then 0 else 1 end,
      case severity when 'warning' then 1 else 2 end, n_failed desc, relation, column_name, check_name) as nth
  from audit.trends
  where verdict <> 'pass'
  union all
  select 'call', 'warning', cast(null as varchar), cast(null as varchar), count(*), cast(null as bigint),
    cast(sum(value_at_risk) as decimal(18, 4)), false, 1
  from measure.churn_list
  where reach in ('phone', 'email')
  having count(*) > 0
  union all
  select 'asleep', 'warning', s.segment, s.advice, s.n_customers, cast(null as bigint), s.revenue, false,
    row_number() over (order by s.revenue desc, s.segment)
  from segment.summary as s
  where s.scheme = 'rfm' and s.n_customers > 0
    -- A segment may have several rows of bounds.
    and s.segment in (select segment from segment.rfm_bounds where r_hi <= 2 and m_lo >= 4)
  union all
  select 'doubtful', 'info', cast(null as varchar), cast(null as varchar), count(*), cast(null as bigint),
    cast(coalesce(sum(value), 0) as decimal(18, 4)), false, 1
  from unify.doubts
  where doubt = 'review'
  having count(*) > 0
  union all
  select 'unreachable', 'info', cast(null as varchar), cast(null as varchar), count(*),
    (select count(*) from segment.rfm), cast(sum(r.monetary) as decimal(18, 4)), false, 1
  from segment.rfm as r
  inner join unify.customers as c on c.customer_id = r.customer_id
  where not coalesce(c.email is not null and c.consent_email, false) and not coalesce(c.phone is not null and (c.consent_phone or c.consent_sms), false)
  having count(*) > 0
  union all
  select 'undecided', 'info', cast(null as varchar), cast(null as varchar), count(*), cast(null as bigint),
    cast(null as decimal(18, 4)), false, 1
  from clean.proposals
  having count(*) > 0
)
select
  row_number() over (order by case when severity = 'critical' then 0 when is_broken and nth = 1 then 1 else 2 end, nth,
    amount desc nulls last, n desc, kind, about) as place,
  kind, severity, about, detail, n, n_all, amount, is_broken
from todo
