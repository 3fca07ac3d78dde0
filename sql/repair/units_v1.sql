-- List the ways people write the units behind numbers.
--
-- grain    one row per word
-- returns  word (lower case, without dots), unit
select * from (values
    ('oz', 'oz'), ('ounce', 'oz'), ('ounces', 'oz'), ('lb', 'lb'), ('lbs', 'lb'), ('pound', 'lb'), ('pounds', 'lb'),
    ('kg', 'kg'), ('kgs', 'kg'), ('kilo', 'kg'), ('kilos', 'kg'), ('kilogram', 'kg'), ('kilograms', 'kg'), ('킬로', 'kg'),
    ('g', 'g'), ('gr', 'g'), ('gram', 'g'), ('grams', 'g'), ('그램', 'g'), ('mg', 'mg'),
    ('l', 'l'), ('ltr', 'l'), ('liter', 'l'), ('liters', 'l'), ('litre', 'l'), ('litres', 'l'), ('리터', 'l'),
    ('ml', 'ml'), ('cl', 'cl'), ('cc', 'ml'), ('gal', 'gal'), ('gallon', 'gal'), ('gallons', 'gal'),
    ('km', 'km'), ('kilometer', 'km'), ('kilometers', 'km'), ('kilometre', 'km'), ('m', 'm'), ('meter', 'm'), ('meters', 'm'),
    ('metre', 'm'), ('metres', 'm'), ('미터', 'm'), ('cm', 'cm'), ('mm', 'mm'), ('mi', 'mile'), ('mile', 'mile'), ('miles', 'mile'),
    ('ft', 'ft'), ('foot', 'ft'), ('feet', 'ft'), ('in', 'inch'), ('inch', 'inch'), ('inches', 'inch'), ('"', 'inch'),
    ('sqft', 'sqft'), ('m²', 'm²'), ('m2', 'm²'), ('㎡', 'm²'), ('평', '평'),
    ('min', 'minute'), ('mins', 'minute'), ('minute', 'minute'), ('minutes', 'minute'), ('분', 'minute'),
    ('h', 'hour'), ('hr', 'hour'), ('hrs', 'hour'), ('hour', 'hour'), ('hours', 'hour'), ('시간', 'hour'),
    ('s', 'second'), ('sec', 'second'), ('secs', 'second'), ('second', 'second'), ('seconds', 'second'), ('초', 'second'),
    ('d', 'day'), ('day', 'day'), ('days', 'day'), ('일', 'day'), ('wk', 'week'), ('week', 'week'), ('weeks', 'week'), ('주', 'week'),
    ('month', 'month'), ('months', 'month'), ('개월', 'month'), ('y', 'year'), ('yr', 'year'), ('yrs', 'year'), ('year', 'year'),
    ('years', 'year'), ('년', 'year'), ('세', 'year of age'), ('살', 'year of age'), ('years old', 'year of age'),
    ('%', '%'), ('percent', '%'), ('pct', '%'), ('퍼센트', '%'), ('프로', '%'),
    ('$', 'USD'), ('usd', 'USD'), ('us$', 'USD'), ('dollar', 'USD'), ('dollars', 'USD'), ('달러', 'USD'),
    ('€', 'EUR'), ('eur', 'EUR'), ('euro', 'EUR'), ('euros', 'EUR'), ('£', 'GBP'), ('gbp', 'GBP'),
    ('₩', 'KRW'), ('￦', 'KRW'), ('원', 'KRW'), ('krw', 'KRW'), ('won', 'KRW'), ('¥', 'JPY'), ('円', 'JPY'), ('엔', 'JPY'), ('jpy', 'JPY'),
    ('ea', 'piece'), ('pc', 'piece'), ('pcs', 'piece'), ('piece', 'piece'), ('pieces', 'piece'), ('개', 'piece'), ('건', 'case'),
    ('/|', 'point'), ('명', 'person'), ('회', 'time'), ('점', 'point'), ('pt', 'point'), ('pts', 'point'), ('point', 'point'), ('points', 'point')
) as t(word, unit)
