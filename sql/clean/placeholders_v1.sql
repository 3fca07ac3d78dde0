-- List the words that people type when they have nothing to say.
--
-- grain    one row per word
-- returns  word (lower case), is_general (true: means nothing in any column; false: only where a person is described,
--          because a campaign may well be called test or x)
select * from (values
    ('n/a', true), ('n.a.', true), ('n.a', true), ('na', true), ('#n/a', true), ('<na>', true), ('nan', true),
    ('null', true), ('(null)', true), ('\n', true), ('nil', true), ('none', true), ('#value!', true), ('#ref!', true),
    ('-', true), ('--', true), ('---', true), ('.', true), ('..', true), ('...', true), ('_', true), ('/', true),
    ('?', true), ('??', true), ('???', true), ('*', true), ('(blank)', true), ('(empty)', true), ('unspecified', true),
    ('not available', true), ('not applicable', true), ('not provided', true), ('not specified', true),
    ('없음', true), ('없습니다', true), ('미상', true), ('모름', true), ('해당없음', true), ('해당 없음', true),
    ('미입력', true), ('미등록', true), ('무응답', true), ('정보없음', true), ('정보 없음', true), ('미기재', true),
    ('unknown', false), ('test', false), ('tester', false), ('testing', false), ('asdf', false), ('qwerty', false),
    ('x', false), ('xx', false), ('xxx', false), ('xxxx', false), ('tbd', false), ('tba', false), ('anonymous', false),
    ('no name', false), ('noname', false), ('no email', false), ('noemail', false), ('first name', false),
    ('last name', false), ('테스트', false), ('익명', false), ('무명', false), ('이름없음', false), ('ㅇㅇ', false),
    ('0000-00-00', false), ('0000-00-00 00:00:00', false), ('00000000', false),
    ('test@test.com', false), ('test@example.com', false), ('none@none.com', false), ('no@email.com', false),
    ('no@no.com', false), ('na@na.com', false), ('a@a.com', false), ('x@x.com', false), ('asdf@asdf.com', false),
    ('noemail@noemail.com', false), ('noemail@example.com', false)
) as t(word, is_general)
