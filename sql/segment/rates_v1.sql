-- Hold exchange rates, for a project whose orders are in several currencies.
--
-- grain    one row per currency, to_currency and valid_from
-- returns  currency, to_currency (ISO 4217), valid_from (the first day of the rate; it holds until the next one),
--          rate (units of to_currency for one unit of currency, above 0)

-- Empty as it comes: amounts of several currencies are never added up without a rate. Made to be edited: eject it
-- and write the rates as rows, or select them from raw of a source. Only rates into the currency in use count.
select
  cast(null as varchar) as currency,
  cast(null as varchar) as to_currency,
  cast(null as date) as valid_from,
  cast(null as double) as rate
where false
