-- Find columns of the sources that hold what should not be kept without need: identity numbers, payment, secrets, health, beliefs, persons.
--
-- grain    one row per source and column that looks sensitive, by its name or by its most frequent values
-- returns  kind, rank (1: most sensitive), seen_by (name, values or both)
with signs as (
    select * from (values
        (1, 'identity number', '주민|rrn|jumin|ssn|social.?security|passport|여권|외국인등록|national.?id|resident.?(no|id)|운전면허|driver.?licen',
            '^[0-9]{6}-?[1-8][0-9]{6}$|^[0-9]{3}-[0-9]{2}-[0-9]{4}$|^[MSRGD][0-9]{8}$'),
        (2, 'payment', 'card.?(no|num)|카드.?번호|cvc|cvv|iban|계좌|account.?(no|num)|bank', '^([0-9]{4}[- ]?){3}[0-9]{4}$|^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
        (3, 'secret', 'passw|pwd|비밀번호|token|secret|api.?key|pin.?code', '^[$]2[aby][$]|^eyJ[A-Za-z0-9_-]{10,}'),
        (4, 'health', 'health|diagnos|disease|illness|blood|disab|pregnan|건강|질병|병력|진단|혈액|장애|임신', '^$'),
        (5, 'belief or origin', 'relig|politic|trade.?union|ethnic|\brace\b|sexual|종교|정당|노조|인종|사상', '^$'),
        (6, 'place or device', '\b(lat|lon|lng|gps)\b|latitude|longitude|위도|경도|ip.?addr|\bip\b|device.?id|\bimei\b|\bmac\b',
            '^([0-9]{1,3}[.]){3}[0-9]{1,3}$|^([0-9a-f]{2}:){5}[0-9a-f]{2}$'),
        (7, 'person', 'e.?mail|phone|mobile|birth|address|이메일|전화|휴대|생년|생일|주소|성명|이름|first.?name|last.?name|full.?name',
            '^[^@ ]+@[^@ ]+[.][A-Za-z]{2,}$|^01[016789][- ]?[0-9]{3,4}[- ]?[0-9]{4}$|^[+][0-9 ()-]{8,18}$')
    ) as t(rank, kind, name_pattern, value_pattern)
),
tops as (
    select source, column_name, unnest(list_transform(top_values, lambda v: v.value)) as value from raw.profile
),
named as (
    select p.source, p.column_name, s.rank from raw.profile p
    join signs s on regexp_matches(lower(p.column_name), s.name_pattern)
),
shown as (
    select distinct t.source, t.column_name, s.rank from tops t
    join signs s on regexp_matches(t.value, s.value_pattern)
    where t.value <> ''
),
seen as (
    select source, column_name, min(rank) as rank, max(by_name) as by_name, max(by_value) as by_value
    from (
        select source, column_name, rank, 1 as by_name, 0 as by_value from named
        union all select source, column_name, rank, 0, 1 from shown
    ) group by source, column_name
)
select e.source, e.column_name, s.kind, e.rank,
    case when e.by_name = 1 and e.by_value = 1 then 'both' when e.by_name = 1 then 'name' else 'values' end as seen_by
from seen e
join signs s on s.rank = e.rank
