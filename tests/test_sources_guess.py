"""Guessing entities and columns, and the mapping templates that are drafted from the guess."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.entities import ENTITIES, union_select
from gristmill.lint import portable
from gristmill.project import Source
from gristmill.sources import Guess, draft, drafts, guess, read
from gristmill.sources.headers import by_name, is_known
from gristmill.template import parse

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


@pytest.fixture
def guessed(engine, tmp_path):
    def run(text: str, name: str = "s", ending: str = "csv") -> Guess:
        (tmp_path / f"{name}.{ending}").write_text(text, encoding="utf-8")
        read(engine, Source(name, (f"{name}.{ending}",)), tmp_path, temp=tmp_path / "temp")
        return guess(engine, f"raw.{name}")

    return run


def mapped(found: Guess) -> dict[str, str]:
    return {c.canonical: " + ".join(leaf.label for leaf in c.leaves) for c in found.columns}


def checked(engine, found: Guess, folder: Path) -> list[tuple]:
    """Every draft parses as a template, stands alone and runs; rows of the first."""
    rows = []
    for one in drafts(found, paths=("data/s.csv",)):
        path = folder / "source" / f"{one.name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(one.text, encoding="utf-8")
        template = parse(path)
        assert template.relation == f"source.{one.name.removesuffix('_v1')}"
        assert not list(portable(template))
        assert len(sqlglot.parse(template.sql, dialect="duckdb")) == 1
        assert len(one.text.splitlines()) <= 80
        engine.make("source.made", template.sql)
        rows.append([row[3:] for row in engine.rows("select * from source.made order by _row")])
        union_select(one.entity, [("source.made", "s", "s", engine.columns("source.made"))])
    return rows[0]


KOREAN_CONTACTS = (
    "고객번호,성명,휴대폰번호,메일주소,생년월일,우편번호,주소,상세주소,성별,회사명,가입일,최종수정일,이메일수신동의,문자수신동의,비고\n"
    "A1,김민수,010-1234-5678,minsu@naver.com,1980-01-02,06234,서울특별시 강남구 테헤란로 1,101호,남,(주)한빛,2020-01-01,2021-01-01,Y,N,\n"
    "A2,이영희,010-2345-6789,younghee@daum.net,1990년 3월 4일,48094,부산광역시 해운대구 우동 2,,여,,2020.02.01,2021-01-01,N,Y,단골\n"
)


def test_korean_headers_are_understood(engine, guessed, tmp_path):
    found = guessed(KOREAN_CONTACTS)
    assert found.entity == "contacts"
    assert mapped(found) == {
        "source_key": "고객번호",
        "full_name": "성명",
        "company": "회사명",
        "email": "메일주소",
        "phone": "휴대폰번호",
        "birth_date": "생년월일",
        "gender": "성별",
        "postcode": "우편번호",
        "address": "주소 + 상세주소",
        "consent_email": "이메일수신동의",
        "consent_sms": "문자수신동의",
        "created_at": "가입일",
        "updated_at": "최종수정일",
    }
    assert [left.leaf.label for left in found.unmapped] == ["비고"]
    assert checked(engine, found, tmp_path)[0][8] == "서울특별시 강남구 테헤란로 1 101호"


def test_korean_orders_are_understood(engine, guessed, tmp_path):
    found = guessed(
        "주문번호,회원번호,주문일시,결제금액,주문상태,통화\n1,A1,2024-01-01 10:00,12000,결제완료,KRW\n2,A2,2024-01-02 11:00,9000,취소,KRW\n",
        "주문",
    )
    assert (found.entity, found.columns[0].canonical) == ("orders", "order_key")
    assert mapped(found) == {
        "order_key": "주문번호", "contact_key": "회원번호", "ordered_at": "주문일시", "status": "주문상태",
        "amount": "결제금액", "currency": "통화",
    }  # fmt: skip


def test_korean_order_lines_are_understood(guessed):
    found = guessed("주문번호,상품코드,상품명,수량,단가\n1,P1,사과,2,1000\n1,P2,배,1,2000\n")
    assert found.entity == "order_lines"
    assert mapped(found) == {
        "order_key": "주문번호", "product_key": "상품코드", "product_name": "상품명", "quantity": "수량", "unit_price": "단가",
    }  # fmt: skip


def test_values_decide_where_a_name_lies(guessed):
    rows = "".join(f"{i},p{i}@site.kr,010-1234-{1000 + i}\n" for i in range(30))
    found = guessed("id,phone,email\n" + rows)
    assert (mapped(found)["email"], mapped(found)["phone"]) == ("phone", "email")
    assert "though its name says phone" in found["email"].reason


def test_columns_without_telling_names_are_known_by_their_values(guessed):
    names = [
        "김민수",
        "이영희",
        "박서준",
        "최지우",
        "정하늘",
        "강동원",
        "조인성",
        "윤아름",
        "장나라",
        "임시완",
    ]
    rows = "".join(
        f"{names[i % 10][0]}{names[i // 4 % 10][1:]},a{i}@b.kr,010-2222-{1000 + i}\n" for i in range(40)
    )
    found = guessed("x,y,z\n" + rows)
    assert mapped(found) == {"full_name": "x", "email": "y", "phone": "z"}


def test_a_flag_that_says_no_is_turned(engine, guessed, tmp_path):
    found = guessed(
        "CustomerID,First_Name,Phone_Number,Do_Not_Contact\n1,Ann,123-545-5421,Yes\n2,Bob,123-643-9775,N\n3,Cy,123-643-9776,\n"
    )
    assert {c.canonical for c in found.columns if c.negated} == {
        "consent_email",
        "consent_sms",
        "consent_phone",
        "consent_post",
    }
    assert [row[-1] for row in checked(engine, found, tmp_path)] == ["no", "yes", None]


def test_a_consent_without_a_channel_is_taken_for_one_channel_only(guessed):
    found = guessed("name,email,phone,opt_in\nAnn,a@b.kr,010-1111-2222,yes\nBob,b@b.kr,010-1111-3333,no\n")
    assert [c.canonical for c in found.columns if c.canonical.startswith("consent")] == ["consent_email"]
    found = guessed("고객명,연락처,주소,수신동의\n김민수,010-1111-2222,서울시 강남구 역삼로 1,예\n", "우편")
    assert [c.canonical for c in found.columns if c.canonical.startswith("consent")] == ["consent_post"]


def test_fields_of_a_structure_are_candidates(engine, guessed, tmp_path):
    rows = [
        {"id": f"T{i}", "requester": {"id": i % 3, "name": "Ann Lee", "email": f"a{i}@b.kr"}, "subject": "Hi",
         "opened_at": "2024-01-01T10:00:00Z", 'odd, "name': 1}
        for i in range(9)
    ]  # fmt: skip
    found = guessed(json.dumps(rows), "tickets", "json")
    assert found.entity == "tickets"
    assert mapped(found) == {
        "ticket_key": "id", "contact_key": "requester.id", "full_name": "requester.name", "email": "requester.email",
        "opened_at": "opened_at", "subject": "subject",
    }  # fmt: skip
    assert '"requester"."email" as email' in draft(found)
    assert checked(engine, found, tmp_path)[0][2:4] == ("Ann Lee", "a0@b.kr")


@pytest.mark.parametrize("name", ["select", "'; drop table --", 'a""b', "--", "/* x", "$as_of", "한 글"])
def test_a_hostile_name_stays_a_name_in_the_draft(engine, guessed, tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    rows = "".join(f"{i},p{i}@site.kr\n" for i in range(30))
    found = guessed(f"id,{quoted}\n" + rows)
    assert mapped(found)["email"] == " ".join(name.split())
    assert checked(engine, found, tmp_path)[0][1] == "p0@site.kr"


def test_five_hundred_columns_make_a_short_draft(engine, guessed, tmp_path):
    header = "id,email," + ",".join(f"c{i}" for i in range(498))
    found = guessed(
        header + "\n" + "\n".join(f"{i},p{i}@s.kr," + ",".join(["7"] * 498) for i in range(5)) + "\n"
    )
    assert mapped(found) == {"source_key": "id", "email": "email"}
    assert "and 474 more columns" in draft(found)
    checked(engine, found, tmp_path)


def test_a_header_alone_is_guessed_by_its_names(engine, guessed, tmp_path):
    found = guessed("order_id,customer_id,order_date,total\n")
    assert found.entity == "orders"
    assert "it holds no values" in found["order_key"].reason
    assert checked(engine, found, tmp_path) == []


def test_a_file_of_nothing_we_know_is_drafted_without_columns(engine, guessed, tmp_path):
    found = guessed("foo,bar\n1,2\n3,4\n")
    assert (found.columns, found.confidence) == ((), 0.0)
    assert checked(engine, found, tmp_path) == [(), ()]


def test_a_list_of_exchange_rates_is_mapped_to_no_rows(engine, guessed, tmp_path):
    found = guessed("통화,기준통화,적용일,환율\nEUR,KRW,2023-01-01,1450.5\nUSD,KRW,2024-03-01,1350\n")
    assert found.is_empty and "no row is taken" in draft(found)
    assert checked(engine, found, tmp_path) == []


def test_people_named_in_orders_get_a_mapping_of_their_own(engine, guessed, tmp_path):
    rows = "".join(f"{i},K{i % 5},2024-01-{i + 1:02d},{i},Ann{i % 5},Lee,a{i % 5}@b.kr\n" for i in range(25))
    found = guessed("order_id,customer_id,order_date,total,first_name,last_name,email\n" + rows)
    both = drafts(found)
    assert [d.name for d in both] == ["s__orders_v1", "s__contacts_v1"]
    checked(engine, found, tmp_path)
    assert engine.scalar("select count(distinct source_key) = 5 and count(*) = 5 from source.made")


def test_every_canonical_column_is_fed_once(guessed):
    found = guessed(
        "email,Email Address,mail,phone,mobile\na@b.kr,b@b.kr,c@b.kr,010-1111-2222,010-1111-3333\n"
    )
    assert mapped(found) == {"email": "email", "phone": "mobile"}
    assert found.unmapped[0].reason == "email is taken from email"


def test_names_are_understood_in_every_spelling():
    assert by_name("contacts", ("First_Name",))["given_name"] > 0.9
    assert by_name("contacts", ("cust_email",))["email"] > 0.8
    assert by_name("tickets", ("requester", "id")).keys() == {"contact_key"}
    assert is_known("고객명")
    assert not is_known("김민수")


def test_every_name_in_the_tables_is_of_a_canonical_column():
    from gristmill.sources.headers import NAMES

    assert {e: set(columns) - set(ENTITIES[e].names) for e, columns in NAMES.items()} == {
        e: set() for e in ENTITIES
    }


@pytest.mark.skipif(not (DATA / "febrl").exists(), reason="the data is not beside the checkout")
@pytest.mark.parametrize(
    ("path", "entity", "expected"),
    [
        (
            "online_retail/2010-12.csv.gz",
            "order_lines",
            {
                "order_key": "InvoiceNo", "contact_key": "CustomerID", "ordered_at": "InvoiceDate",
                "product_key": "StockCode", "product_name": "Description", "quantity": "Quantity",
                "unit_price": "UnitPrice", "country": "Country",
            },
        ),
        ("telco_churn/telco_churn.csv", "contacts", {"source_key": "customerID", "gender": "gender"}),
        (
            "febrl/dataset1.csv",
            "contacts",
            {
                "source_key": "rec_id", "given_name": "given_name", "family_name": "surname", "birth_date": "date_of_birth",
                "postcode": "postcode", "address": "street_number + address_1 + address_2", "city": "suburb", "region": "state",
            },
        ),
        (
            "fake_1000/fake_1000.csv",
            "contacts",
            {
                "source_key": "unique_id", "given_name": "first_name", "family_name": "surname", "email": "email",
                "birth_date": "dob", "city": "city",
            },
        ),
        (
            "customer_call_list/customer_call_list.xlsx",
            "contacts",
            {
                "source_key": "CustomerID", "given_name": "First_Name", "family_name": "Last_Name", "phone": "Phone_Number",
                "address": "Address", **dict.fromkeys(("consent_email", "consent_sms", "consent_phone", "consent_post"), "Do_Not_Contact"),
            },
        ),
        ("rfm_r/rfm_data_orders.csv", "orders", {"contact_key": "customer_id", "email": "email", "ordered_at": "order_date", "amount": "revenue"}),
        ("beers/dirty.csv", "contacts", {"source_key": "id", "city": "city", "region": "state"}),
    ],
)  # fmt: skip
def test_files_nobody_wrote_for_us_are_mapped(engine, tmp_path, path, entity, expected):
    read(engine, Source("s", (path,)), DATA, temp=tmp_path / "temp")
    found = guess(engine, "raw.s")
    assert (found.entity, mapped(found)) == (entity, expected)
    checked(engine, found, tmp_path)
