-- List mailbox names that stand for a task rather than a person.
--
-- grain    one row per mailbox name
-- returns  mailbox (lower case, without . - and _)
select mailbox
from (values
    ('info information infos informacion informazioni informatie kontakt contact contacts contactus contacto contato contatti'),
    ('sales sale vente ventes verkauf vertrieb ventas vendas verkoop order orders orderdesk bestellung purchase purchasing'),
    ('procurement buyer einkauf marketing mkt promo promotion promotions advertising ads media press presse pr newsletter news'),
    ('support help helpdesk service services customerservice customercare customersupport cs cscenter care clientes kundenservice'),
    ('kundendienst servicedesk supportdesk feedback inquiry inquiries enquiry enquiries question questions hello hi hallo bonjour'),
    ('hola welcome office buero bureau reception frontdesk secretary sekretariat secretariat admin administrator administration'),
    ('administracion verwaltung root sysadmin hostmaster postmaster webmaster webadmin web www website mailerdaemon mailer daemon'),
    ('noreply donotreply noreplies nichtantworten nepasrepondre noresponder bounce bounces unsubscribe subscribe list listserv'),
    ('majordomo owner abuse spam security privacy dataprotection datenschutz dpo gdpr legal compliance billing invoice invoices'),
    ('rechnung rechnungen buchhaltung facturation facturacion accounts accounting accountspayable accountsreceivable ap ar'),
    ('finance payment payments payroll treasurer hr humanresources personal recruiting recruit recruitment recruiter jobs job'),
    ('career careers bewerbung karriere team staff crew everyone all allstaff company corp business biz partner partners'),
    ('partnership affiliate affiliates investor investors ir event events booking bookings reservation reservations reserve'),
    ('shop store boutique tienda loja warehouse logistics shipping delivery returns return export import it itsupport tech'),
    ('techsupport technical dev developer developers devops ops noc engineering production quality qa research lab library'),
    ('school university registrar admissions alumni students editor editors redaktion redaction webshop eshop ecommerce'),
    ('management manager director ceo board president chairman general generalmail mail email mailbox inbox post postbox'),
    ('system notification notifications notify alert alerts daemonmail robot bot auto automation test testing usenet uucp ftp'),
    ('문의 고객 고객센터 고객지원 상담 영업 영업부 영업팀 판매 주문 구매 홍보 마케팅 관리자 운영자 운영팀 총무 총무팀 인사 인사팀'),
    ('채용 경리 회계 대표 대표메일 사무실 안내 예약 배송 교환 환불 기술지원 개발팀 webmst master sysop operator cust helpme'),
    ('gaekcenter munui sangdam yeongeop chaeyong insa kyungri daepyo hongbo')
) as t(names), unnest(string_split(names, ' ')) as u(mailbox)
