-- List legal forms of companies with the one spelling each is brought to.
--
-- grain    one row per form as written
-- returns  form (lower case, without points, commas, brackets and spaces), place (front, rear), spelling
with spoken as (select place, spelling, unnest(string_split(forms, '|')) as form from (values
    ('front', '주식회사', '주|㈜|주식회사'), ('rear', '주식회사', '주|㈜|주식회사'),
    ('front', '유한회사', '유|유한회사'), ('rear', '유한회사', '유|유한회사'),
    ('front', '유한책임회사', '유한책임회사'), ('rear', '유한책임회사', '유한책임회사'),
    ('front', '합자회사', '합자|합자회사'), ('rear', '합자회사', '합자|합자회사'),
    ('front', '합명회사', '합명|합명회사'), ('rear', '합명회사', '합명|합명회사'),
    ('front', '사단법인', '사|㈔|사단법인'), ('front', '재단법인', '재|재단법인'), ('front', '의료법인', '의|의료법인'),
    ('front', '학교법인', '학|학교법인'), ('front', '사회복지법인', '복|사회복지법인'),
    ('rear', 'Inc.', 'inc|incorporated'), ('rear', 'Ltd.', 'ltd|limited'), ('rear', 'Corp.', 'corp|corporation'), ('rear', 'Co.', 'co'),
    ('rear', 'Co., Ltd.', 'coltd|companylimited|companyltd|colimited'), ('rear', 'Pty Ltd', 'ptyltd|ptylimited|proprietarylimited'),
    ('rear', 'Pte. Ltd.', 'pteltd|ptelimited'), ('rear', 'Pvt. Ltd.', 'pvtltd|pvtlimited|privatelimited'), ('rear', 'Sdn. Bhd.', 'sdnbhd'),
    ('rear', 'LLC', 'llc'), ('rear', 'LLP', 'llp'), ('rear', 'PLC', 'plc'), ('rear', 'GmbH', 'gmbh'), ('rear', 'GmbH & Co. KG', 'gmbh&cokg|gmbhcokg'),
    ('rear', 'S.r.l.', 'srl'), ('rear', 'S.p.A.', 'spa'), ('rear', 'SARL', 'sarl'), ('rear', 'SAS', 'sas'), ('rear', 'SA', 'sa'),
    ('rear', 'AG', 'ag'), ('rear', 'BV', 'bv'), ('rear', 'NV', 'nv'), ('rear', 'K.K.', 'kk')
) as t(place, spelling, forms))
select form, place, min(spelling) as spelling from spoken group by form, place
