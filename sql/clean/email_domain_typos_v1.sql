-- List mistyped domains of large mailbox providers with the domain that was meant.
--
-- grain    one row per mistyped domain
-- returns  typo, domain; only spellings that are no provider of their own
select typo, domain
from (values
    ('gmail.com', 'gamil.com gmial.com gmai.com gmal.com gmaill.com gmali.com gnail.com gmil.com gmail.co gmail.cm gmail.om'),
    ('gmail.com', 'gmaul.com gmeil.com ggmail.com gmailcom gmail.co.kr gmail.kr gmail.net gmail.comm gmail.coom gimail.com'),
    ('naver.com', 'nave.com navr.com naver.co naver.cm naver.net naver.co.kr naver.kr never.com naevr.com anver.com navver.com'),
    ('naver.com', 'naber.com nvaer.com naver.comm naver.coom navercom naver.om naverr.com'),
    ('hanmail.net', 'hanmial.net hanmai.net hamail.net hanmal.net hanmil.net hanmail.com hanmail.ne hanmail.co.kr hnamail.net'),
    ('daum.net', 'daum.com daum.co.kr daum.ne duam.net daun.net daum.ner'),
    ('hotmail.com', 'hotmial.com hotmal.com hotmai.com hotmil.com hotmail.co hotmail.cm homail.com hotmaill.com htmail.com'),
    ('yahoo.com', 'yaho.com yahooo.com yhoo.com yahoo.co yahoo.cm yhaoo.com yahho.com'),
    ('outlook.com', 'outlok.com outloo.com outlook.co oulook.com otlook.com outlool.com'),
    ('icloud.com', 'iclould.com icoud.com icloud.co iclud.com'),
    ('nate.com', 'nate.co nate.cm nat.com nate.net nate.co.kr'),
    ('kakao.com', 'kakako.com kakao.co kakao.cm kako.com')
) as t(domain, typos), unnest(string_split(typos, ' ')) as u(typo)
