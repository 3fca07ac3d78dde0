-- Read numbers in Korean units: 3만5천, 1억 2천만, 1.5억, 삼만오천.
--
-- grain    one row per kind and text of clean.number_texts that is such a number
-- returns  kind, raw, value (decimal with 4 places)
with spelled as (
    select kind, raw, replace(case when regexp_full_match(digits, '[일이삼사오육칠팔구십백천만억조]+')
        then translate(digits, '일이삼사오육칠팔구', '123456789') else digits end, ',', '') as digits
    from clean.number_texts
    where regexp_matches(digits, '[십백천만억조]') and strlen(digits) <= 60
),
parted as (
    select kind, raw, regexp_extract(digits, '^(?:([^조억만]*)조)?(?:([^조억만]*)억)?(?:([^조억만]*)만)?([^조억만]*)$', ['jo', 'eok', 'man', 'one']) as part,
        contains(digits, '조') as has_jo, contains(digits, '억') as has_eok, contains(digits, '만') as has_man,
        regexp_full_match(digits, '(?:[^조억만]*조)?(?:[^조억만]*억)?(?:[^조억만]*만)?[^조억만]*') as is_ordered
    from spelled
),
groups as (
    select kind, raw, is_ordered, unnest([
        {'factor': 1000000000000, 'has_unit': has_jo, 'digits': part.jo}, {'factor': 100000000, 'has_unit': has_eok, 'digits': part.eok},
        {'factor': 10000, 'has_unit': has_man, 'digits': part.man}, {'factor': 1, 'has_unit': false, 'digits': part.one}]) as g
    from parted
),
units as (
    select kind, raw, is_ordered, g.factor as factor, case when g.has_unit and g.digits = '' then '1' else g.digits end as digits
    from groups
),
read as (
    select *, regexp_full_match(digits, '(?:[0-9]{0,4}(?:[.][0-9]{1,4})?천)?(?:[0-9]?백)?(?:[0-9]?십)?(?:[0-9]{0,8}(?:[.][0-9]{1,4})?)') as is_number,
        regexp_extract(digits, '^(?:([0-9.]*)천)?(?:([0-9]?)백)?(?:([0-9]?)십)?([0-9.]*)$', ['thousands', 'hundreds', 'tens', 'ones']) as n
    from units
),
valued as (
    select kind, raw, is_ordered and is_number as is_number, factor * (
        case when contains(digits, '천') then coalesce(try_cast(nullif(n.thousands, '') as decimal(18, 4)), 1) else 0 end * 1000
        + case when contains(digits, '백') then coalesce(try_cast(nullif(n.hundreds, '') as decimal(18, 4)), 1) else 0 end * 100
        + case when contains(digits, '십') then coalesce(try_cast(nullif(n.tens, '') as decimal(18, 4)), 1) else 0 end * 10
        + coalesce(try_cast(nullif(n.ones, '') as decimal(18, 4)), 0)) as value
    from read
)
select kind, raw, try_cast(sum(value) as decimal(18, 4)) as value
from valued
group by kind, raw
having bool_and(is_number)
