-- Say how many records there are: budgets of pairs and chances are a share of them.
--
-- grain    one row
-- renewed  when learning
-- returns  n_records, n_people (records equal in everything count once, those that say nothing not at all)
select count(*) as n_records, count(*) filter (twin_id = contact_id) as n_people from unify.records
