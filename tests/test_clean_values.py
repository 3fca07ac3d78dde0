"""Names, companies, dates, amounts, words and postcodes: right for known texts, total and done after one pass for any."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from dateutil import parser as dateutil

from gristmill import entities
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import Meaning, meaning
from gristmill.template import Template, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CLEAN = Path(__file__).parents[1] / "sql" / "clean"
AS_OF = dt.date(2026, 1, 1)
APPLY_ABOVE = 0.9
TESTED_ELSEWHERE = {
    "clean.damaged_texts": "select '' as raw, '' as value, '' as rule, 1.0::double as confidence where false",
    "clean.misplaced": "select *, [''] as columns, '' as rule, 1.0::double as confidence from source.contacts where false",
}
"""What the relations of this file read and do not test: empty here."""
Row = dict[str, "str | None"]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


def fill(engine: DuckDBEngine, entity: str, rows: Sequence[Row], source: str = "crm") -> None:
    """Make ``source.<entity>`` of rows; a column that a row does not name is NULL."""
    columns = ["_source", "_system", "_file", *entities.ENTITIES[entity].names]
    given = [{"_source": source, "_system": source, "_file": "a.csv", **row} for row in rows]
    schema = pa.schema([("_row", pa.int64()), *((column, pa.string()) for column in columns)])
    engine.register(
        "given", pa.Table.from_pylist([{"_row": i + 1, **row} for i, row in enumerate(given)], schema)
    )
    engine.make(f"source.{entity}", "select * from given")


@cache
def parsed(relation: str) -> tuple[Template, Meaning]:
    """A template of ``sql/clean`` and what it reads."""
    template = parse(CLEAN / f"{relation.removeprefix('clean.')}_v1.sql")
    return template, meaning(template)


def make(engine: DuckDBEngine, *names: str) -> None:
    """Make relations of ``sql/clean`` and, first, all that they read; entities not filled are empty."""
    for entity in entities.ENTITIES:
        if f"source.{entity}" not in engine.relations():
            fill(engine, entity, [])
    done: set[str] = set()
    have = set(engine.relations())

    def step(relation: str) -> None:
        if relation in done or not relation.startswith("clean."):
            return
        done.add(relation)
        if relation in TESTED_ELSEWHERE:
            engine.make(relation, TESTED_ELSEWHERE[relation])
            return
        template, read = parsed(relation)
        if not read.reads and relation in have:
            return
        for one in read.reads:
            step(one)
        params = {n: AS_OF if n == "as_of" else template.params[n].default for n in read.params}
        engine.make(relation, template.sql, params)

    for name in names:
        step(f"clean.{name}")


def records(engine: DuckDBEngine, sql: str) -> list[dict[str, Any]]:
    names = [column.name for column in engine.describe(sql)]
    return [dict(zip(names, row, strict=True)) for row in engine.rows(sql)]


KINDS = {
    "full_name": ("contacts", "name_fixes", "part = 'full'"),
    "given_name": ("contacts", "name_fixes", "part = 'given'"),
    "family_name": ("contacts", "name_fixes", "part = 'family'"),
    "company": ("contacts", "company_fixes", "true"),
    "postcode": ("contacts", "postcode_fixes", "country_text = ''"),
    "gender": ("contacts", "word_fixes", "kind = 'gender'"),
    "country": ("contacts", "word_fixes", "kind = 'country'"),
    "consent_email": ("contacts", "word_fixes", "kind = 'boolean'"),
    "birth_date": ("contacts", "date_fixes", "column_key = 'contacts.birth_date'"),
    "created_at": ("contacts", "date_fixes", "column_key = 'contacts.created_at'"),
    "amount": ("orders", "number_fixes", "kind = 'decimal'"),
}
"""Column → entity, relation of its fixes, and which of them are its own."""


def fixes(
    engine: DuckDBEngine, column: str, texts: Iterable[str], source: str = "crm"
) -> dict[str, dict[str, Any]]:
    """Text → its fix, for those that have one with a rule."""
    entity, relation, mine = KINDS[column]
    for other in entities.ENTITIES:
        if other == entity:
            fill(engine, other, [{column: text} for text in texts], source)
        elif f"source.{other}" in engine.relations() and engine.scalar(
            f"select count(*) from source.{other}"
        ):
            fill(engine, other, [])
    make(engine, relation)
    found = records(engine, f"select raw, value, rule, confidence from clean.{relation} where {mine}")
    return {fix["raw"]: fix for fix in found if fix["rule"] is not None}


def values(engine: DuckDBEngine, column: str, texts: Sequence[str]) -> dict[str, object]:
    """Text → what is applied by default; a text without a fix stays."""
    found = fixes(engine, column, texts)
    return {
        t: found[t]["value"] if t in found and found[t]["confidence"] >= APPLY_ABOVE else t for t in texts
    }


NAMES = {
    "/White": "White",
    "...Potter": "Potter",
    "Flenderson_": "Flenderson",
    '"Anna Smith"': "Anna Smith",
    "Mr. John Smith": "John Smith",
    "Prof. Dr. Anna Meier": "Anna Meier",
    "Jane Doe, PhD": "Jane Doe",
    "Tom Smith Jr.": "Tom Smith",
    "Smith, Anna": "Anna Smith",
    "anna-maria o'brien": "Anna-Maria O'Brien",
    "김 민 수": "김민수",
    "민수 김": "김민수",
    "김, 민수": "김민수",
    "김민수 대표님": "김민수",
    "김민수부장": "김민수",
    "이준 교수님": "이준",
    "대표이사 박지성": "박지성",
    "김 과장님": "김",
    "김민지 양": "김민지",
    "김민수 (Minsoo Kim)": "김민수",
    "Minsoo Kim / 김민수": "김민수",
    "남궁 민": "남궁민",
}
NAMES_THAT_STAY = [
    "김민수",
    "성꽃님",
    "박사랑",
    "김대리",
    "남궁교수",
    "Anna Smith",
    "McDonald",
    "José Ortega y Gasset",
    "John F.",
    "Anna & Tom Meier",
    "Mr. & Mrs. Smith",
    "김민수, 이영희",
    "Agent 47",
    "JB Smith",
]


def test_names_lose_titles_stray_characters_and_second_scripts(engine: DuckDBEngine) -> None:
    assert values(engine, "full_name", list(NAMES)) == NAMES


def test_right_and_doubtful_names_stay(engine: DuckDBEngine) -> None:
    assert values(engine, "full_name", NAMES_THAT_STAY) == {name: name for name in NAMES_THAT_STAY}


def test_of_several_people_in_a_name_the_first_is_only_proposed(engine: DuckDBEngine) -> None:
    found = fixes(engine, "full_name", ["Anna & Tom Meier", "김민수, 이영희", "김민수 외 2명", "Anna Smith"])
    assert {raw: fix["value"] for raw, fix in found.items()} == {
        "Anna & Tom Meier": "Anna Meier",
        "김민수, 이영희": "김민수",
        "김민수 외 2명": "김민수",
    }
    assert {(fix["rule"], fix["confidence"]) for fix in found.values()} == {
        ("several people in one name", 0.5)
    }


def test_the_latin_form_of_a_name_in_two_scripts_is_kept_beside(engine: DuckDBEngine) -> None:
    fixes(engine, "full_name", ["김민수 (Minsoo Kim)", "Minsoo Kim", "홍길동(VIP)", "Sora Lee 이소라"])
    make(engine, "name_aliases")
    assert sorted(engine.rows("select raw, full_name, alias from clean.name_aliases")) == [
        ("Sora Lee 이소라", "이소라", "Sora Lee"),
        ("김민수 (Minsoo Kim)", "김민수", "Minsoo Kim"),
    ]


COMPANIES = {
    "(주)한빛": "주식회사 한빛",
    "㈜한빛": "주식회사 한빛",
    "주식회사한빛": "주식회사 한빛",
    "한빛(주)": "한빛 주식회사",
    "한빛 ㈜": "한빛 주식회사",
    "(유)가나": "유한회사 가나",
    "(사)한국협회": "사단법인 한국협회",
    "Acme, Inc": "Acme Inc.",
    "Acme Incorporated": "Acme Inc.",
    "ACME INC": "Acme Inc.",
    "acme": "Acme",
    "Globex Co.,Ltd": "Globex Co., Ltd.",
    "Globex Company Limited": "Globex Co., Ltd.",
    "Foo G.m.b.H.": "Foo GmbH",
    "Foo L.L.C.": "Foo LLC",
    "_Initech,": "Initech",
}
COMPANIES_THAT_STAY = [
    "주식회사",
    "(주)",
    "주식회사 한빛",
    "한빛 주식회사",
    "Acme",
    "IBM",
    "Ltd",
    "globex lab",
    "Costco",
]


def test_companies_are_written_one_way(engine: DuckDBEngine) -> None:
    wanted = COMPANIES | {name: name for name in COMPANIES_THAT_STAY}
    assert values(engine, "company", list(wanted)) == wanted


def test_the_case_of_a_company_is_only_proposed_without_evidence(engine: DuckDBEngine) -> None:
    found = fixes(engine, "company", ["globex lab", "IBM", "Acme"])
    assert {raw: (fix["value"], fix["confidence"]) for raw, fix in found.items()} == {
        "globex lab": ("Globex Lab", 0.5)
    }


def check_digit(nine: str) -> int:
    """The tenth digit of a business number as the tax office computes it."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    return -(total + int(nine[8]) * 5 // 10) % 10


def test_the_check_digit_of_known_companies_is_right() -> None:
    """Numbers that large companies print on their own pages."""
    assert all(
        check_digit(number[:9]) == int(number[9]) for number in ("1248100998", "2208162517", "1208147521")
    )


def test_business_numbers_are_found_and_proved(engine: DuckDBEngine) -> None:
    rnd = random.Random(3)
    numbers = [f"{rnd.randrange(10**10):010d}" for _ in range(500)]
    numbers += [n[:9] + str(check_digit(n[:9])) for n in numbers[:100]]
    dashed = {f"{n[:3]}-{n[3:5]}-{n[5:]}": int(n[9]) == check_digit(n[:9]) for n in numbers}
    fill(engine, "contacts", [{"company": f"(주)한빛 {number}"} for number in dashed])
    make(engine, "business_numbers")
    rows = engine.rows("select business_number, is_valid from clean.business_numbers")
    assert dict(rows) == dashed
    assert sum(dashed.values()) >= 100


def test_ten_digits_are_business_numbers_only_by_evidence(engine: DuckDBEngine) -> None:
    rnd = random.Random(4)
    nine = [f"{rnd.randrange(10**8, 10**9)}" for _ in range(20)]
    right = [n + str(check_digit(n)) for n in nine]
    make_rows: list[Row] = [{"member_no": r, "source_key": n + "0"} for r, n in zip(right, nine, strict=True)]
    fill(engine, "contacts", [*make_rows, {"company": "사업자 1248100998"}, {"company": "한빛 1248100998"}])
    make(engine, "business_numbers")
    found = engine.rows(
        "select column_name, raw, is_valid from clean.business_numbers where column_name <> 'member_no'"
    )
    assert found == [("company", "사업자 1248100998", True)]
    assert engine.scalar("select count(*) from clean.business_numbers where column_name = 'member_no'") == 20


POSTCODES = {
    ("06236.0", None): "06236",
    ("6236", None): "06236",
    ("6236", "한국"): "06236",
    ("2139", "US"): "02139",
    ("1010", "AT"): "1010",
    ("123456", "KR"): "123-456",
    ("123-456", None): "123-456",
    ("우) 06236", None): "06236",
    ("06 236", "KR"): "06236",
    ("sw1a1aa", "UK"): "SW1A 1AA",
    ("ec1a 1bb", None): "EC1A 1BB",
    ("k1a0b1", "Canada"): "K1A 0B1",
    ("1012ab", "NL"): "1012 AB",
    ("1000001", "JP"): "100-0001",
    ("〒100-0001", "일본"): "100-0001",
    ("123456789", "US"): "12345-6789",
    ("D-10115", "DE"): "10115",
    ("unclear", None): "unclear",
}


def test_postcodes_are_written_as_their_country_does(engine: DuckDBEngine) -> None:
    usual: list[Row] = [{"postcode": f"0{1000 + i}"} for i in range(60)]
    fill(engine, "contacts", [*usual, *({"postcode": p, "country": c} for p, c in POSTCODES)])
    make(engine, "postcode_fixes", "postcode_marks")
    found = {
        (r, c): v for r, c, v in engine.rows("select raw, country_text, value from clean.postcode_fixes")
    }
    assert {key: found.get((key[0], key[1] or ""), key[0]) for key in POSTCODES} == POSTCODES
    marks = engine.rows(
        "select distinct raw from clean.postcode_marks where mark = 'old Korean six digits' order by 1"
    )
    assert marks == [("123-456",), ("123456",)]


def test_four_digits_keep_their_length_where_the_source_has_no_others(engine: DuckDBEngine) -> None:
    texts = [str(1000 + i) for i in range(30)]
    assert fixes(engine, "postcode", texts) == {}


DATES = {
    "2024년 3월 4일": dt.datetime(2024, 3, 4),
    "24년 3월 14일": dt.datetime(2024, 3, 14),
    "24.3.4": dt.datetime(2024, 3, 4),
    "'24.3.4": dt.datetime(2024, 3, 4),
    "2024. 3. 4. 오후 3:20": dt.datetime(2024, 3, 4, 15, 20),
    "2024-03-04 오후 3시": dt.datetime(2024, 3, 4, 15),
    "2024-03-04 12:00 AM": dt.datetime(2024, 3, 4),
    "2024/3/4(월)": dt.datetime(2024, 3, 4),
    "45355": dt.datetime(2024, 3, 4),
    "2024-03-04T10:00:00+09:00": dt.datetime(2024, 3, 4, 1),
    "Mon Mar 04 2024 10:20:30 GMT+0900 (KST)": dt.datetime(2024, 3, 4, 1, 20, 30),
    "202403041020": dt.datetime(2024, 3, 4, 10, 20),
    "20240304T102030": dt.datetime(2024, 3, 4, 10, 20, 30),
    "04MAR2024": dt.datetime(2024, 3, 4),
    "9999-12-31": None,
    "0000-00-00": None,
    "2024-02-30": None,
    "3월 4일": None,
}


def test_dates_in_korean_and_other_forms_are_read(engine: DuckDBEngine) -> None:
    assert values(engine, "created_at", list(DATES)) == DATES


WRITTEN = [
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%Y-%b-%d",
    "%a %b %d %H:%M:%S %Y",
    "%Y/%m/%d %H:%M",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%dT%H:%M:%S+05:30",
    "%d %b %Y %I:%M %p",
]


def test_unambiguous_dates_are_read_as_dateutil_reads_them(engine: DuckDBEngine) -> None:
    rnd = random.Random(17)
    days = [
        dt.datetime(1971, 1, 1) + dt.timedelta(seconds=rnd.randrange(50 * 365 * 86_400)) for _ in range(900)
    ]
    texts = sorted({day.strftime(WRITTEN[i % len(WRITTEN)]) for i, day in enumerate(days)})
    ours = values(engine, "created_at", texts)
    theirs = {}
    for text in texts:
        read = dateutil.parse(text)
        theirs[text] = read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read
    assert ours == theirs


def test_an_assumed_order_is_said_and_one_shown_by_the_column_too(engine: DuckDBEngine) -> None:
    assumed = fixes(engine, "created_at", ["3/4/2024"])["3/4/2024"]
    shown = fixes(engine, "created_at", ["3/4/2024", "25/4/2024"])["3/4/2024"]
    assert (assumed["value"], assumed["rule"], assumed["confidence"]) == (
        dt.datetime(2024, 3, 4),
        "day and month assumed",
        0.9,
    )
    assert (shown["value"], shown["rule"], shown["confidence"]) == (
        dt.datetime(2024, 4, 3),
        "day and month by the column",
        0.97,
    )


def test_a_frequent_empty_day_is_taken_away_and_a_single_birthday_is_not(engine: DuckDBEngine) -> None:
    crowded = ["2000-01-01"] * 12 + ["1970-01-01"] * 3 + ["1970-01-09", "2000-01-05"]
    found = fixes(engine, "birth_date", crowded)
    assert {raw: fix["rule"] for raw, fix in found.items()} == {"2000-01-01": "placeholder date"}


AMOUNTS = {
    "₩12,000": "12000",
    "12.000,50 €": "12000.5",
    "(1,234)": "-1234",
    "₩(1,234)": "-1234",
    "△1,234": "-1234",
    "3만5천원": "35000",
    "삼만오천원": "35000",
    "1억 2천만": "120000000",
    "1.5억": "150000000",
    "3만 5,000원": "35000",
    "만원": "10000",
    "2천5백": "2500",
    "1조2억3만4": "1000200030004",
    "금 1,000,000원정": "1000000",
    "5만원~10만원": None,
    "만억": None,
    "soon": None,
}


def test_amounts_with_currencies_and_korean_units_are_read(engine: DuckDBEngine) -> None:
    found = values(engine, "amount", list(AMOUNTS))
    assert {t: None if v is None else float(str(v)) for t, v in found.items()} == {
        t: None if v is None else float(v) for t, v in AMOUNTS.items()
    }


def in_korean_units(number: int) -> str:
    """1억2345만6789, as it is spoken."""
    parts = [(10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")]
    said = ""
    for factor, unit in parts:
        n, number = divmod(number, factor)
        said += f"{n}{unit}" if n else ""
    return said


def test_korean_units_are_read_back(engine: DuckDBEngine) -> None:
    rnd = random.Random(23)
    numbers = {
        in_korean_units(n): n for n in (rnd.randrange(10**4, 10 ** rnd.randint(5, 13)) for _ in range(300))
    }
    assert {t: int(float(str(v))) for t, v in values(engine, "amount", list(numbers)).items()} == numbers


YES = ["Y", "Yes", "예", "네", "동의", "수신동의", "O", "1", "true", "on", "checked", "Ja", "✓", "TRUE"]
NO = [
    "N",
    "No",
    "아니오",
    "거부",
    "미동의",
    "수신거부",
    "X",
    "0",
    "false",
    "off",
    "unchecked",
    "철회",
    "nein",
]


def test_yes_and_no_are_known_in_both_languages(engine: DuckDBEngine) -> None:
    found = values(engine, "consent_email", YES + NO)
    assert found == dict.fromkeys(YES, "true") | dict.fromkeys(NO, "false")


def test_a_cross_without_circles_says_nothing(engine: DuckDBEngine) -> None:
    assert values(engine, "consent_email", ["x", "Y"]) == {"x": None, "Y": "true"}


COUNTRIES = {
    "U.S.A.": "US",
    "the United States": "US",
    "S. Korea": "KR",
    "대한민국": "KR",
    "Korea, Rep.": "KR",
    "중화인민공화국": "CN",
    "터키": "TR",
    "England": "GB",
    "Holland": "NL",
    "Deutschland": "DE",
    "NA": "NA",
    "Atlantis": None,
}


def test_countries_are_known_by_many_names(engine: DuckDBEngine) -> None:
    assert values(engine, "country", list(COUNTRIES)) == COUNTRIES


def test_what_stands_for_nothing_by_frequency_is_guessed(engine: DuckDBEngine) -> None:
    rows: list[Row] = [{"source_key": f"k{i}", "full_name": f"김{chr(0xAC00 + i)}수"} for i in range(100)]
    rows += [{"source_key": "0000", "full_name": "홍길동"}] * 12 + [
        {"member_no": "999", "full_name": "고객"}
    ] * 9
    fill(engine, "contacts", rows)
    fill(engine, "order_lines", [{"quantity": q} for q in ["1", "2", "5"] * 20 + ["9999"] * 15 + ["99"] * 3])
    make(engine, "placeholder_guesses")
    found = engine.rows("select column_key, raw, n, confidence from clean.placeholder_guesses order by all")
    assert found == [
        ("contacts.full_name", "홍길동", 12, 0.5),
        ("contacts.source_key", "0000", 12, 0.5),
        ("order_lines.quantity", "9999", 15, 0.5),
    ]
