-- Lay out the postal list as a Korean office keeps it: Korean headers, dates in words, the whole address in one cell.
--
-- grain    one row per addressee; _row is its place in the file
-- returns  _row and the columns of postal.csv
-- engine   duckdb
select
    records._row,
    nullif(coalesce(wrong.full_name, names.full_right), '') as "고객명",
    nullif(coalesce(wrong.phone, reach.phone_right), '') as "연락처",
    nullif(coalesce(wrong.postcode, reach.postcode_right), '') as "우편번호",
    nullif(coalesce(wrong.address, reach.address_right), '') as "주소",
    nullif(coalesce(wrong.birth_date, marks.birth_date), '') as "생년월일",
    if(records.h % 10 < 6, '예', '아니오') as "수신동의",
    strftime(records.created_at, '%Y년 %-m월 %-d일') as "등록일",
    case (records.h >> 4) % 6 when 0 then 'VIP' when 1 then '반송' end as "비고"
from sample.records
join sample.record_names as names on names.source = records.source and names._row = records._row
join sample.record_reach as reach on reach.source = records.source and reach._row = records._row
join sample.record_marks as marks on marks.source = records.source and marks._row = records._row
left join sample.wrong_cells as wrong on wrong.source = records.source and wrong._row = records._row
where records.source = 'postal'
