-- Hold what churn is worked out with, so that templates and the fit see the same settings.
--
-- grain    one row
-- param    as_of          date            orders after this day are not seen
-- param    churn_days     integer from 1 = 90    days ahead in which nothing is bought; as many last days are held out to try the chances on
-- param    overdue_after  double from 0 = 2.0    usual gaps without a purchase after which a customer is overdue
-- param    call_below     double from 0 to 1 = 0.95   chance of buying nothing from which on a call is no longer worth it
-- returns  as_of, known_until (last day before the days held out), churn_days, overdue_after, call_below
select
  $as_of as as_of,
  cast($as_of - greatest($churn_days, 1) as date) as known_until,
  greatest($churn_days, 1) as churn_days,
  greatest($overdue_after, 0.0) as overdue_after,
  $call_below as call_below
