-- List how telephone numbers are written within a country.
--
-- grain    one row per country
-- returns  country (ISO 3166-1 alpha-2), code (calling code), trunk (digit dialled first within the country, '' for none),
--          min_digits, max_digits (of the number without code and trunk)
-- source   ITU-T E.164 assigned country codes; national numbering plans, lengths only
select * from (values
    ('KR', '82', '0', 8, 11), ('US', '1', '1', 10, 10), ('CA', '1', '1', 10, 10), ('GB', '44', '0', 9, 10),
    ('IE', '353', '0', 7, 9), ('DE', '49', '0', 6, 11), ('FR', '33', '0', 9, 9), ('ES', '34', '', 9, 9),
    ('PT', '351', '', 9, 9), ('IT', '39', '', 6, 11), ('NL', '31', '0', 9, 9), ('BE', '32', '0', 8, 9),
    ('CH', '41', '0', 9, 9), ('AT', '43', '0', 7, 13), ('SE', '46', '0', 7, 9), ('NO', '47', '', 8, 8),
    ('DK', '45', '', 8, 8), ('FI', '358', '0', 6, 11), ('PL', '48', '', 9, 9), ('CZ', '420', '', 9, 9),
    ('GR', '30', '', 10, 10), ('RU', '7', '8', 10, 10), ('TR', '90', '0', 10, 10), ('IL', '972', '0', 8, 9),
    ('AE', '971', '0', 8, 9), ('ZA', '27', '0', 9, 9), ('IN', '91', '0', 10, 10), ('CN', '86', '0', 10, 11),
    ('HK', '852', '', 8, 8), ('TW', '886', '0', 8, 9), ('JP', '81', '0', 9, 10), ('SG', '65', '', 8, 8),
    ('MY', '60', '0', 8, 10), ('TH', '66', '0', 8, 9), ('VN', '84', '0', 9, 10), ('PH', '63', '0', 8, 10),
    ('ID', '62', '0', 8, 12), ('AU', '61', '0', 9, 9), ('NZ', '64', '0', 8, 10), ('BR', '55', '0', 10, 11),
    ('MX', '52', '', 10, 10), ('AR', '54', '0', 10, 11), ('CL', '56', '', 9, 9), ('UA', '380', '0', 9, 9)
) as t(country, code, trunk, min_digits, max_digits)
