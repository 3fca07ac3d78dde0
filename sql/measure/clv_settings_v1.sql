-- Hold what customer value is worked out with, so that templates and the fit see the same settings.
--
-- grain    one row
-- param    as_of              date            orders after this day are not seen
-- param    clv_unit_days      integer from 1 = 7     days in the unit of time of the model's parameters; 7 is weeks
-- param    clv_horizon_days   integer from 0 = 365   days ahead for which purchases and value are expected
-- param    clv_discount_rate  double from 0 = 0.1    yearly rate by which later income is worth less; 0 for none
-- param    clv_holdout_days   integer from 0 = 90    last days that the models do not see when they are tried
-- param    clv_model          one of best, bg_nbd, mbg_nbd, pareto_nbd = 'best'   model of purchases; best is the one of lowest AIC
-- returns  as_of, unit_days, horizon_days, discount_rate, holdout_days, model
select
  $as_of as as_of,
  greatest($clv_unit_days, 1) as unit_days,
  greatest($clv_horizon_days, 0) as horizon_days,
  greatest($clv_discount_rate, 0.0) as discount_rate,
  greatest($clv_holdout_days, 0) as holdout_days,
  $clv_model as model
