-- List the words of coded columns: consent, gender, order status, kind of event, channel, currency.
--
-- grain    one row per kind and word
-- returns  kind (boolean, gender, status, event, channel, currency), word (lower case), value (the one word kept)
with spoken as (select kind, value, unnest(string_split(words, '|')) as word from (values
    ('boolean', 'true', 'true|t|y|yes|yep|1|1.0|on|ok|o|○|◯|ㅇ|opt-in|opt_in|optin|opt in|opted in|opted-in|agree|agreed|i agree|accept|accepted|granted'),
    ('boolean', 'true', 'allow|allowed|consent|consented|given|enabled|active|subscribed|checked|selected|ja|oui|si|sí|sim|vrai|wahr|y/yes'),
    ('boolean', 'true', '예|네|넵|응|동의|동의함|동의합니다|동의(y)|동의완료|수신|수신동의|수신 동의|수신동의함|수신함|수락|허용|가능|승인|신청|구독|구독중|유|참|✓|✔|✅|☑|●|■'),
    ('boolean', 'false', 'false|f|n|no|nope|0|0.0|off|opt-out|opt_out|optout|opt out|opted out|opted-out|disagree|disagreed|decline|declined|denied|refused|rejected'),
    ('boolean', 'false', 'revoked|withdrawn|disallowed|disabled|inactive|unsubscribed|unchecked|not selected|never|no thanks|nein|non|nee|não|faux|falsch|x|×|✕|n/no'),
    ('boolean', 'false', '아니오|아니요|아뇨|아니|아님|거부|거부함|거절|미동의|동의안함|동의 안함|동의하지 않음|동의하지않음|동의거부|동의철회|동의 철회|철회|비동의|부동의'),
    ('boolean', 'false', '수신거부|수신 거부|수신안함|수신 안함|미수신|비수신|미동의(n)|불가|불허|미신청|해지|구독취소|차단|무|거짓|✗|✘|❌|☐|□'),
    ('gender', 'female', 'female|f|fem|w|woman|women|lady|mrs|ms|miss|girl|femme|féminin|feminin|weiblich|weibl|frau|mujer|femenino|donna|femmina|vrouw'),
    ('gender', 'female', '여|여자|여성|여아|여학생|숙녀|여(f)|여성(f)|여자(f)|f(여)|f(여성)|女|女性|2|4|6|8'),
    ('gender', 'male', 'male|m|man|men|gentleman|mr|boy|homme|masculin|männlich|mannlich|männl|herr|hombre|masculino|uomo|maschio|mann'),
    ('gender', 'male', '남|남자|남성|남아|남학생|신사|남(m)|남성(m)|남자(m)|m(남)|m(남성)|男|男性|1|3|5|7'),
    ('gender', 'other', 'other|o|x|d|divers|diverse|non-binary|nonbinary|non binary|nb|enby|기타|제3의 성|논바이너리'),
    ('status', 'completed', 'completed|complete|done|paid|shipped|delivered|fulfilled|closed|success|succeeded|processed|invoiced'),
    ('status', 'completed', 'processing|confirmed|captured|완료|주문완료|결제완료|구매확정|구매 확정|배송중|배송완료|배송 완료|판매|정상|거래완료'),
    ('status', 'cancelled', 'cancelled|canceled|cancel|cancellation|void|voided|failed|declined|expired|rejected|aborted'),
    ('status', 'cancelled', '취소|주문취소|주문 취소|결제취소|취소완료|취소 완료|실패|거절'),
    ('status', 'returned', 'returned|return|refund|refunded|chargeback|반품|환불|반품완료|반품 완료|환불완료|환불 완료|교환'),
    ('event', 'send', 'send|sent|delivered|delivery|dispatched|발송|발송완료|전송|수신'),
    ('event', 'open', 'open|opened|opens|read|열람|오픈|확인'),
    ('event', 'click', 'click|clicked|clicks|tap|클릭'),
    ('event', 'visit', 'visit|visited|page_view|pageview|page view|view|session|방문|조회'),
    ('event', 'cart', 'cart|add_to_cart|add to cart|addtocart|basket|add_to_basket|장바구니|담기'),
    ('event', 'bounce', 'bounce|bounced|hard_bounce|soft_bounce|hard bounce|soft bounce|undelivered|반송|발송실패|실패'),
    ('event', 'unsubscribe', 'unsubscribe|unsubscribed|unsub|opt-out|opt_out|optout|수신거부|구독취소|구독해지'),
    ('event', 'complaint', 'complaint|complained|spam|spam_report|abuse|spamreport|스팸신고|신고|불만'),
    ('channel', 'email', 'email|e-mail|mail|newsletter|이메일|메일|전자우편'),
    ('channel', 'sms', 'sms|text|lms|mms|문자|문자메시지'),
    ('channel', 'phone', 'phone|call|telephone|tel|call center|callcenter|전화|유선|콜센터'),
    ('channel', 'post', 'post|letter|direct mail|우편|dm'),
    ('channel', 'web', 'web|website|online|internet|site|homepage|웹|웹사이트|온라인|홈페이지|pc'),
    ('channel', 'app', 'app|mobile app|mobile|앱|모바일|모바일앱'),
    ('channel', 'store', 'store|shop|retail|offline|pos|in-store|instore|매장|오프라인|방문'),
    ('channel', 'chat', 'chat|livechat|live chat|kakao|kakaotalk|카카오톡|카톡|채팅|알림톡|친구톡'),
    ('channel', 'social', 'social|facebook|instagram|twitter|youtube|sns|소셜|페이스북|인스타그램'),
    ('currency', 'KRW', 'krw|won|₩|￦|원|원화'), ('currency', 'USD', 'usd|$|us$|dollar|dollars|달러|미국달러'),
    ('currency', 'EUR', 'eur|€|euro|euros|유로'), ('currency', 'GBP', 'gbp|£|pound|pounds|pound sterling|파운드'),
    ('currency', 'JPY', 'jpy|yen|円|엔|엔화|jp¥'), ('currency', 'CNY', 'cny|rmb|元|위안|cn¥')
) as t(kind, value, words))
select kind, word, min(value) as value from spoken group by kind, word
