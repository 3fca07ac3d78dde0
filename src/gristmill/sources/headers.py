"""What columns are called in the wild, in English and Korean: words of a header to canonical columns.

One table, ``NAMES``: for each entity and canonical column the names that mean it, written without
blanks, case or punctuation. A name in ``VAGUE`` says little alone and counts for less.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache


def _words(text: str) -> tuple[str, ...]:
    """Words apart; the tables below are easier to read and to sort as plain text."""
    return tuple(text.split())


_WHO = _words(
    "customer cust contact user member client person subscriber buyer account requester lead recipient visitor"
    " 고객 회원 구매자 주문자 신청자 사용자 문의자 구독자"
)
"""Words for the person a record is about; a column may carry one in front: ``cust_email``, ``고객이메일``."""

_KEYS = " ".join(
    f"{who}{end}" for who in _WHO for end in ("id", "key", "no", "number", "code", "번호", "아이디", "코드")
)

_EMAIL = (
    "email emailaddress mail mailaddress emailid 이메일 메일 메일주소 이메일주소 전자우편 전자우편주소 e메일"
)
_PHONE = (
    "mobile mobilephone mobileno mobilenumber cellphone cell cellular cellphonenumber phone phonenumber phoneno phone1"
    " telephone telephonenumber tel telno telnumber contactnumber hp handphone 휴대폰 휴대폰번호 휴대전화 휴대전화번호"
    " 핸드폰 핸드폰번호 연락처 연락처1 연락전화 전화 전화번호 모바일 tel1"
)
_CHANNEL = "channel 채널 경로"
_CAMPAIGN = "campaign campaignid campaignname campaigncode utmcampaign 캠페인 캠페인명 캠페인id 캠페인코드"
_CURRENCY = "currency currencycode curr ccy 통화 화폐 통화코드 화폐단위"
_ORDER_KEY = (
    "orderid orderno ordernumber order orderkey ordercode invoice invoiceno invoiceid invoicenumber receipt receiptno"
    " receiptid transactionid transactionno txnid saleid salesorder 주문번호 주문id 주문코드 영수증번호 거래번호 전표번호"
)
_ORDERED_AT = (
    "orderedat orderdate ordertime orderdatetime ordertimestamp invoicedate date datetime timestamp purchasedate"
    " purchasedat purchasetime transactiondate saledate salesdate createdat created paidat paymentdate placedat"
    " 주문일시 주문일 주문일자 주문날짜 결제일 결제일시 결제일자 구매일 구매일시 구매일자 거래일 거래일시 판매일 판매일자 일자 날짜 일시"
)
_ORDER_STATUS = "status orderstatus 상태 주문상태 진행상태 처리상태 주문진행상태"

NAMES: dict[str, dict[str, str]] = {
    "contacts": {
        "source_key": (
            f"{_KEYS} id key recid recordid uniqueid uuid guid uid crmid externalid rowid providernumber"
            " 번호 아이디 식별자 일련번호 고유번호 고객식별번호"
        ),
        "member_no": (
            "memberno membernumber membershipno membershipnumber membershipid loyaltyno loyaltynumber loyaltycard"
            " loyaltyid cardno cardnumber 회원번호 멤버십번호 멤버십카드 카드번호 포인트번호 포인트카드번호 멤버십"
        ),
        "full_name": (
            "fullname name customername contactname membername displayname personname clientname 고객명 이름 성명 성함"
            " 회원명 고객이름 고객성명 회원이름 받는사람 받는분 수취인 수령인 수신인 담당자 담당자명 신청자명 구독자명 주문자명 구매자명"
        ),
        "given_name": "firstname givenname fname forename first given firstnames fnamec1 givennames",
        "family_name": "lastname surname familyname lname last family lnamec1 성 성씨",
        "company": (
            "company companyname organisation organization org orgname employer business businessname firm"
            " accountname 회사 회사명 업체명 상호 상호명 법인명 소속 기관명 거래처 거래처명 직장 직장명 업체"
        ),
        "email": _EMAIL,
        "phone": _PHONE,
        "birth_date": "birthdate birthday dob dateofbirth born bday birth 생년월일 생일 출생일 출생일자 생년월일자",
        "gender": "gender sex 성별",
        "postcode": "postcode postalcode zip zipcode zip5 plz postal zippostalcode 우편번호 우편 새우편번호 신우편번호",
        "address": (
            "address streetaddress street address1 addr addr1 addressline1 addressline mailingaddress postaladdress"
            " homeaddress billingaddress shippingaddress 주소 주소1 기본주소 도로명주소 지번주소 자택주소 집주소 배송지 배송지주소 거주지"
        ),
        "city": "city town suburb locality municipality cityname 도시 시군구 구군 도시명",
        "region": "state province region prefecture stateprovince territory 시도 광역시도 지역 도 지역명",
        "country": "country countrycode nation countryname nationality 국가 국가코드 국가명 나라 국적",
        "social_handles": (
            "socialhandles socialhandle social socials handle twitter instagram facebook linkedin kakao kakaoid"
            " sns snsid sns계정 인스타그램 인스타 카카오 카카오톡 카카오아이디 카카오톡id 트위터 페이스북"
        ),
        "consent_email": (
            "consentemail emailconsent emailoptin optinemail acceptsemail newsletteroptin emailpermission emailok"
            " emailsubscribed 이메일수신동의 메일수신동의 이메일수신 이메일수신여부 메일수신여부 메일수신 이메일동의 뉴스레터수신동의 뉴스레터동의"
        ),
        "consent_sms": (
            "consentsms smsconsent smsoptin optinsms acceptssms textoptin smspermission smsok 문자수신동의 sms수신동의"
            " sms수신여부 sms수신 sms동의 문자수신 문자수신여부 문자동의 알림톡수신동의 알림톡동의"
        ),
        "consent_phone": "consentphone phoneconsent calloptin phoneoptin optinphone 전화수신동의 전화동의 tm동의 tm수신동의 전화수신",
        "consent_post": (
            "consentpost postconsent mailoptin postoptin optinpost postaloptin directmail dm수신동의 dm동의 우편수신동의 우편동의"
            " 우편물수신동의 우편수신 dm수신"
        ),
        "consent_at": (
            "consentat consentdate consenttime consenttimestamp optinat optindate optintime consentedat 동의일 동의일시 동의일자"
            " 수신동의일 수신동의일시 수신동의일자 마케팅동의일 마케팅동의일시"
        ),
        "created_at": (
            "createdat created createddate creationdate createdon createtime signupdate signedup signedupat signup"
            " registered registeredat registrationdate regdate joindate joined joinedat membersince subscribedat"
            " subscribedate subscribedon dateadded addedat added 가입일 가입일자 가입일시 등록일 등록일자 등록일시 생성일 생성일시"
            " 최초등록일 회원가입일 신청일 신청일시 구독일 구독일시 입력일"
        ),
        "updated_at": (
            "updatedat updated lastupdated lastupdate modified modifiedat modifieddate lastmodified lastmodifieddate"
            " lastchanged changedat lastchange updateddate 수정일 수정일시 수정일자 최종수정일 최종수정일시 최종수정일자 변경일 변경일시"
            " 갱신일 최종변경일 최근수정일 업데이트"
        ),
        "acquired_via": (
            "acquiredvia acquisitionchannel acquisitionsource signupsource signupchannel leadsource source origin"
            " referrer utmsource channel 가입경로 유입경로 유입채널 가입채널 모집경로 알게된경로 경로 신청경로"
        ),
    },
    "orders": {
        "order_key": _ORDER_KEY + " id",
        "contact_key": _KEYS + " customer contact buyer user member",
        "email": _EMAIL,
        "phone": _PHONE,
        "ordered_at": _ORDERED_AT,
        "status": _ORDER_STATUS,
        "amount": (
            "amount total totalamount orderamount ordertotal grandtotal revenue sales price totalprice paid amountpaid"
            " paidamount paymentamount payment value ordervalue nettotal netamount net totalpaid 결제금액 주문금액 총금액 금액"
            " 총결제금액 합계 매출 매출액 판매금액 실결제금액 총액 구매금액 최종결제금액 합계금액"
        ),
        "currency": _CURRENCY,
        "channel": _CHANNEL
        + " saleschannel orderchannel store storename platform shop 주문채널 판매채널 구매경로 주문경로 매장 매장명 판매처",
        "campaign": _CAMPAIGN + " promo promotion promocode coupon couponcode 프로모션 쿠폰 쿠폰코드",
    },
    "order_lines": {
        "order_key": _ORDER_KEY,
        "line_no": "lineno line linenumber lineid position itemno seq orderlineno linenum 순번 라인번호 품목순번 항목번호",
        "contact_key": _KEYS + " customer contact buyer user member",
        "ordered_at": _ORDERED_AT,
        "product_key": (
            "stockcode sku productid productcode productkey productno itemid itemcode itemkey article articleno articleid"
            " barcode ean upc asin isbn goodsno 상품코드 상품번호 상품id 제품코드 제품번호 품번 품목코드 바코드"
        ),
        "product_name": (
            "description product productname item itemname producttitle productdescription title 상품명 제품명 품명 품목 품목명 상품"
        ),
        "category": "category productcategory productgroup department productline categoryname 카테고리 분류 상품분류 대분류 상품군",
        "quantity": "quantity qty units pieces orderqty quantityordered 수량 개수 구매수량 주문수량 판매수량",
        "unit_price": "unitprice price priceeach itemprice priceperunit sellingprice 단가 판매가 가격 판매단가 상품가격 판매가격",
        "amount": (
            "amount linetotal lineamount total extendedprice subtotal totalprice sales revenue lineprice netamount"
            " 금액 합계 소계 상품금액 결제금액 판매금액 합계금액 총금액"
        ),
        "currency": _CURRENCY,
        "status": _ORDER_STATUS + " linestatus",
        "country": "country countrycode nation countryname 국가 국가코드 국가명 나라",
    },
    "events": {
        "event_key": "eventid eventkey id eventno logid hitid 이벤트id 이벤트번호",
        "kind": "event eventtype kind type action activity eventname eventkind 이벤트 유형 행동 이벤트유형 종류 구분 이벤트명",
        "occurred_at": (
            "occurredat timestamp time eventtime eventdate eventat eventtimestamp date datetime at ts happenedat createdat"
            " sentat loggedat 일시 발생일시 발생일 시각 발송일시 날짜 이벤트일시"
        ),
        "contact_key": _KEYS + " customer contact user subscriber recipient member",
        "email": _EMAIL + " recipient subscriber recipientemail subscriberemail",
        "campaign": _CAMPAIGN + " newsletter mailing mailingname newslettername 뉴스레터 메일링 발송명",
        "channel": _CHANNEL + " medium utmmedium source utmsource 발송채널 매체",
        "variant": "variant arm group testgroup abgroup version testversion experimentgroup bucket treatment 변형 실험군 그룹 실험그룹",
        "cost": "cost spend costs eventcost mediacost 비용 광고비 발송비용",
        "url": "url link page pageurl href landingpage linkurl path 링크 페이지 주소url 링크url",
    },
    "tickets": {
        "ticket_key": (
            "ticketid ticketno ticketnumber ticket ticketkey caseid casenumber caseno issueid requestid id key"
            " 티켓번호 티켓id 문의번호 접수번호 상담번호"
        ),
        "contact_key": _KEYS + " customer contact user member",
        "full_name": "name fullname requester requestername customername contactname 고객명 이름 성명 문의자 문의자명 신청자 신청자명",
        "email": _EMAIL,
        "phone": _PHONE,
        "opened_at": (
            "openedat opened openat opendate createdat created createddate submittedat submitted receivedat reportedat date"
            " 접수일 접수일시 접수일자 문의일 문의일시 등록일 등록일시 상담일시 상담일 생성일시"
        ),
        "closed_at": (
            "closedat closed closedate closeddate resolvedat resolved solvedat completedat resolutiondate finishedat 종료일"
            " 종료일시 처리일 처리일시 완료일 완료일시 해결일 해결일시 답변일시"
        ),
        "channel": _CHANNEL + " via contactchannel medium source 문의채널 접수경로 상담채널 접수채널",
        "topic": "topic category type reason issuetype tags tag tickettype 분류 유형 문의유형 카테고리 상담유형 문의분류 주제",
        "subject": "subject title summary description message body question issue comment text 제목 문의제목 내용 문의내용 상담내용",
        "status": "status ticketstatus state 상태 처리상태 진행상태 접수상태",
        "satisfaction": (
            "satisfaction csat rating score satisfactionscore satisfactionrating nps stars 만족도 평점 별점 만족도점수 고객만족도"
        ),
    },
}

VAGUE = frozenset(
    _words(
        "id key name date type total value source channel status title group price no number time state text at first last"
        " net sales created updated description 번호 상태 금액 유형 구분 분류 일자 날짜 일시 도 성 제목 내용 경로 채널 지역 count"
    )
)

ADDRESS_PARTS = {
    "address": (
        "streetnumber housenumber streetno houseno 번지",
        NAMES["contacts"]["address"],
        "address2 addr2 addressline2 상세주소 나머지주소 주소2 세부주소 addressdetail detailaddress apartment unit",
        "address3 addr3 addressline3 주소3",
    )
}
"""Columns that make one address together, in the order they are written."""

NEGATIVE: dict[str, tuple[str, ...]] = {
    "donotcontact dnc optout optedout donotdisturb nocontact 수신거부 수신거부여부 광고수신거부 연락금지 연락거부 마케팅거부": (
        "consent_email",
        "consent_sms",
        "consent_phone",
        "consent_post",
    ),
    "unsubscribed unsubscribe emailoptout optoutemail donotemail noemail 이메일수신거부 메일수신거부 구독취소 구독해지": (
        "consent_email",
    ),
    "smsoptout optoutsms donottext donotsms nosms 문자수신거부 sms수신거부": ("consent_sms",),
    "donotcall nocall phoneoptout calloptout 전화수신거부 전화거부": ("consent_phone",),
    "donotmail nomail postoptout mailoptout 우편수신거부 dm수신거부": ("consent_post",),
}
"""Flags that say no: a true value withdraws these consents."""

GENERAL_CONSENT = frozenset(
    _words(
        "consent optin optedin marketingconsent marketingoptin acceptsmarketing subscribed marketing newsletter gdprconsent"
        " 수신동의 수신동의여부 마케팅수신동의 마케팅동의 광고수신동의 동의여부 마케팅수신동의여부 마케팅활용동의 수신여부 뉴스레터 구독여부"
    )
)
"""Consents that name no channel; taken for the first channel the file can reach a person by."""

CHANNEL_WORDS = {
    "consent_email": "newsletter email mail mailing 뉴스레터 이메일",
    "consent_sms": "sms text 문자 알림톡",
    "consent_post": "postal post dm letters 우편",
}
"""Words in the name of a source that tell which channel its consents are for."""

FILE_WORDS = {
    "order_lines": "lines line items orderlines orderitems details baskets 주문상품 주문상세 상품내역",
    "orders": "orders order sales invoices transactions purchases 주문 매출 구매 결제",
    "events": "events event log logs clicks visits opens sends hits activity pageviews 이벤트 로그 발송",
    "tickets": "tickets ticket cases issues support service helpdesk complaints 문의 상담 티켓 민원 voc",
    "contacts": (
        "contacts customers customer crm members users subscribers people persons leads clients accounts newsletter"
        " mailing postal addresses 고객 회원 구독자 연락처 주소록 우편"
    ),
}
"""Words in the name of a file that speak for an entity."""

_QUALIFIERS = (
    *_WHO,
    "billing",
    "shipping",
    "delivery",
    "home",
    "work",
    "primary",
    "main",
    "your",
    "my",
    "배송",
    "기본",
)


def key_of(name: str) -> str:
    """A column's name reduced to its letters and digits: ``First_Name`` → ``firstname``."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


@cache
def _table(entity: str) -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for column, words in NAMES[entity].items():
        for rank, word in enumerate(words.split()):
            found.setdefault(word, []).append((column, rank))
    return {word: tuple(columns) for word, columns in found.items()}


@cache
def _all_words() -> frozenset[str]:
    words = {word for entity in NAMES for word in _table(entity)}
    for part in (*ADDRESS_PARTS["address"], *NEGATIVE):
        words.update(part.split())
    return frozenset(words | GENERAL_CONSENT)


def is_known(name: str) -> bool:
    """Whether a cell reads like the name of a column."""
    return key_of(name) in _all_words()


def by_name(entity: str, path: tuple[str, ...]) -> dict[str, float]:
    """Canonical columns an entity offers for a column's name, each with how much the name says (0 to 1).

    ``path`` is the name, or the steps into a structure: ``("requester", "email")``.
    """
    table = _table(entity)
    scores: dict[str, float] = {}
    for word, weight in _spellings(path):
        for column, rank in table.get(word, ()):
            # Earlier words of a list are meant more: mobile before telephone.
            score = weight * (0.75 if word in VAGUE else 1.0) - min(rank, 20) * 0.002
            scores[column] = max(scores.get(column, 0.0), score)
    return scores


def _spellings(path: tuple[str, ...]) -> list[tuple[str, float]]:
    whole, last = key_of("".join(path)), key_of(path[-1])
    found = [(whole, 1.0)]
    inside_person = len(path) > 1 and key_of(path[-2]) in _WHO
    if len(path) > 1 and not (inside_person and last in ("id", "key", "no", "number")):
        found.append((last, 0.95 if inside_person else 0.85))
    for qualifier in _QUALIFIERS:
        rest = whole.removeprefix(qualifier)
        if rest != whole and rest and rest not in ("id", "key", "no", "number", "code", "번호"):
            found.append((rest, 0.9))
    return found
