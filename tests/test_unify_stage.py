"""The unify stage end to end: real data with known truth, hostile data, and the same answer in any order."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import meaning
from gristmill.template import Template, parse
from gristmill.unify import STEPS, waterfall

SQL = Path(__file__).parents[1] / "sql" / "unify"
SHARED = Path(__file__).parents[2] / "shared" / "data"
NOT_HERE = {"email_owners", "orders", "order_lines", "events", "tickets", "doubts"}

CONTACT = {
    **dict.fromkeys(
        [
            "contact_id",
            "_source",
            "_system",
            "_file",
            "member_no",
            "full_name",
            "given_name",
            "family_name",
            "company",
            "email",
            "phone",
            "gender",
            "postcode",
            "address",
            "city",
            "region",
            "country",
            "social_handles",
        ],
        "varchar",
    ),
    "_row": "bigint",
    "birth_date": "date",
    **dict.fromkeys(["consent_email", "consent_sms", "consent_phone", "consent_post"], "boolean"),
    **dict.fromkeys(["consent_at", "created_at", "updated_at"], "timestamp"),
}
SEEN = dict.fromkeys(["contact_id", "_source", "_system", "email", "phone", "full_name"], "varchar")
ENTITIES = {
    "clean.contacts": CONTACT,
    "clean.orders": SEEN | {"ordered_at": "timestamp"},
    "clean.events": SEEN | {"occurred_at": "timestamp"},
    "clean.tickets": SEEN | {"opened_at": "timestamp"},
}

Rows = list[dict[str, Any]]


@cache
def work() -> tuple[tuple[str, Template | Any], ...]:
    """Templates and steps in the order in which each finds what it reads."""
    left: dict[str, tuple[set[str], Template | Any]] = {}
    for path in SQL.glob("*_v1.sql"):
        template = parse(path)
        if template.what not in NOT_HERE and not template.what.startswith("merge_"):
            left[template.relation] = (set(meaning(template).reads), template)
    for step in STEPS:
        left[step.makes[0]] = (set(step.reads), step)
    ordered: list[tuple[str, Template | Any]] = []
    while left:
        made_later = set(left) | {"unify.cuts", "unify.training"}
        ready = sorted(name for name, (reads, _) in left.items() if not reads & made_later)
        assert ready, f"nothing can run of {sorted(left)}"
        ordered.extend((name, left.pop(name)[1]) for name in ready)
    return tuple(ordered)


def unify(contacts: Rows, *, threads: int = 2, **others: Rows) -> DuckDBEngine:
    """An engine in which the stage has run on the rows given; columns not named are NULL."""
    engine = DuckDBEngine(threads=threads)
    given = {"clean.contacts": contacts} | {f"clean.{name}": rows for name, rows in others.items()}
    for relation, columns in ENTITIES.items():
        rows = given.get(relation, [])
        names = sorted({name for row in rows for name in row})
        engine.register(
            "given",
            pa.table({"nothing": [None] * len(rows), **{n: [row.get(n) for row in rows] for n in names}}),
        )
        cells = (f"cast({n if n in names else 'null'} as {kind}) as {n}" for n, kind in columns.items())
        engine.make(relation, f"select {', '.join(cells)} from given")
    for name, what in work():
        if isinstance(what, Template):
            engine.make(name, what.sql, {key: param.default for key, param in what.params.items()})
        else:
            what.run(engine, {})
    return engine


def contact(key: int | str, **columns: Any) -> dict[str, Any]:
    return {"contact_id": f"s:{key}", "_source": "s", "_system": "s", "_file": "s.csv", "_row": 1, **columns}


def people(engine: DuckDBEngine) -> list[list[str]]:
    """Clusters as sorted lists of keys."""
    found = engine.rows(
        "select list_sort(list(contact_id)) from unify.members group by customer_id order by min(contact_id)"
    )
    return [[key.removeprefix("s:") for key in row[0]] for row in found]


def pairwise(engine: DuckDBEngine, truth: dict[str, str]) -> tuple[float, float]:
    """Precision and recall over all pairs after clustering."""
    engine.register("truth", pa.table({"contact_id": list(truth), "person": list(truth.values())}))
    together, found, both = (
        engine.scalar(
            "select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from truth"
            f" join unify.members using (contact_id) group by {keys})"
        )
        for keys in ("person", "customer_id", "person, customer_id")
    )
    return float(both / found), float(both / together)


def febrl(number: int) -> tuple[Rows, dict[str, str]]:
    path = SHARED / "febrl" / f"dataset{number}.csv"
    if not path.exists():
        pytest.skip("the febrl data are not here")
    with path.open(encoding="utf-8") as file:
        rows = [{k.strip(): v.strip() or None for k, v in row.items()} for row in csv.DictReader(file)]
    return [
        contact(
            row["rec_id"],
            given_name=row["given_name"],
            family_name=row["surname"],
            birth_date=iso(row["date_of_birth"]),
            postcode=row["postcode"],
            city=row["suburb"],
            address=" ".join(filter(None, (row["street_number"], row["address_1"], row["address_2"])))
            or None,
        )
        for row in rows
    ], {f"s:{row['rec_id']}": row["rec_id"].split("-")[1] for row in rows}


def iso(text: str | None) -> str | None:
    """A date of eight digits, or None when there is no such day."""
    import datetime as dt

    try:
        return dt.datetime.strptime(text or "", "%Y%m%d").date().isoformat()
    except ValueError:
        return None


KIM = {
    "full_name": "김민수",
    "phone": "+821012345678",
    "birth_date": "1990-02-03",
    "email": "minsu77@naver.com",
}


def test_febrl_people_are_found_nearly_without_error() -> None:
    rows, truth = febrl(1)
    precision, recall = pairwise(unify(rows), truth)
    assert precision >= 0.998
    assert recall >= 0.98


def test_no_rows_at_all_make_empty_relations() -> None:
    engine = unify([])
    assert engine.scalar("select count(*) from unify.customers") == 0
    assert engine.scalar("select count(*) from unify.model where column_name = 'prior'") == 1


def test_one_row_is_one_customer() -> None:
    engine = unify([contact(1, **KIM)])
    assert engine.rows("select full_name, n_contacts, emails from unify.customers") == [
        ("김민수", 1, ["minsu77@naver.com"])
    ]


def test_two_equal_rows_are_one_customer() -> None:
    assert people(unify([contact(1, **KIM), contact(2, **KIM)])) == [["1", "2"]]


def test_a_thousand_equal_rows_are_one_customer_without_a_million_pairs() -> None:
    engine = unify([contact(f"{n:04}", **KIM) for n in range(1000)])
    assert len(people(engine)) == 1
    assert engine.scalar("select count(*) from unify.pairs") == 999


def test_hangul_meets_its_romanisations() -> None:
    others = [
        contact(f"x{n}", full_name=f"{'가나다라마바사아자차'[n]}영희", phone=f"+8210999{n}0000")
        for n in range(10)
    ]
    rows = [
        contact(1, full_name="김민수", phone="+821012345678"),
        contact(2, full_name="Kim Min-su", phone="+821012345678"),
        contact(3, full_name="Minsoo Kim", phone="+82 10 1234 5678"),
    ]
    assert people(unify(rows + others))[0] == ["1", "2", "3"]


def test_a_family_that_shares_phone_address_and_surname_stays_apart() -> None:
    home = {"phone": "+821012345678", "postcode": "06234", "city": "서울", "address": "테헤란로 12 304호"}
    rows = [
        contact(1, full_name="김민수", birth_date="1970-05-01", **home),
        contact(2, full_name="이영희", birth_date="1972-11-23", **home),
        contact(3, full_name="김하늘", birth_date="2001-08-14", **home),
        contact(4, full_name="김민수", birth_date="1970-05-01", phone="+821012345678"),
    ]
    assert people(unify(rows)) == [["1", "4"], ["2"], ["3"]]


def test_the_same_member_number_is_one_person_unless_all_else_denies_it() -> None:
    rows = [
        contact(1, full_name="Ann Lee", member_no="M1"),
        contact(2, full_name="A. Lee", member_no="m1"),
        contact(3, full_name="Bob Stone", member_no="M2", birth_date="1950-01-01"),
        contact(4, full_name="Grace Hill", member_no="M2", birth_date="1999-12-31"),
    ]
    assert people(unify(rows)) == [["1", "2"], ["3"], ["4"]]


def test_a_mailbox_that_everybody_uses_merges_nobody() -> None:
    names = [
        f"{a}{b}"
        for a in "가나다라마바사아자차카타파하고노도로모보"
        for b in "강공국군기길남담대덕동라란람래려례"
    ]
    rows = [
        contact(f"{n:03}", full_name=f"김{name}", email="noreply@shop.kr", phone="+82212340000")
        for n, name in enumerate(names)
    ]
    engine = unify(rows)
    assert len(people(engine)) == len(rows)
    assert engine.scalar("select count(*) from unify.pairs") < 20 * len(rows)
    assert (
        engine.scalar("select sum(n_pairs_split + n_pairs_too_large + n_pairs_over_budget) from unify.blocks")
        > 0
    )


def test_rows_without_any_key_stay_alone_and_cost_no_pairs() -> None:
    engine = unify([contact(f"{n:04}") for n in range(2000)])
    assert len(people(engine)) == 2000
    assert engine.scalar("select count(*) from unify.pairs") == 0


def test_buyers_known_by_a_key_alone_are_customers_each() -> None:
    orders = [
        {
            "contact_id": f"retail:{n}",
            "_source": "retail",
            "_system": "retail",
            "ordered_at": "2011-01-01 00:00:00",
        }
        for n in (17850, 13047, 17850)
    ]
    engine = unify([], orders=orders)
    assert engine.scalar("select count(*) from unify.customers") == 2


def test_an_event_finds_the_contact_of_its_mailbox() -> None:
    crowd = [contact(f"x{n}", full_name=f"김{n}", email=f"someone{n * 37}@daum.net") for n in range(50)]
    events = [
        {
            "_source": "mail",
            "_system": "mail",
            "email": "Minsu77@naver.com",
            "occurred_at": "2026-01-01 00:00:00",
        }
    ]
    engine = unify([contact(1, **KIM), *crowd], events=events)
    assert ["1", "mail:minsu77@naver.com"] in [sorted(cluster) for cluster in people(engine)]


@pytest.mark.parametrize("column", ["full_name", "email", "phone", "birth_date", "postcode", "company"])
def test_a_table_of_one_column_goes_through(column: str) -> None:
    values = {
        "full_name": ["김민수", "Kim Min-su", "😀🎉", "田中", None],
        "email": ["a@b.c", "A@B.C", "@", "no mail", None],
        "phone": ["+821012345678", "010-1234-5678", "1", "", None],
        "birth_date": ["1990-01-01", "1990-01-01", "1900-12-31", "0001-01-01", None],
        "postcode": ["06234", "06234", "SW1A 1AA", " ", None],
        "company": ["(주)카카오", "카카오", "Inc.", "", None],
    }[column]
    engine = unify([contact(n, **{column: value}) for n, value in enumerate(values)])
    assert sum(map(len, people(engine))) == len(values)


def test_names_in_emoji_and_other_scripts_are_compared_as_they_are() -> None:
    rows = [
        contact(1, full_name="😀 🎉", email="party1@x.kr"),
        contact(2, full_name="😀 🎉", email="party1@x.kr"),
        contact(3, full_name="田中 太郎", email="t99@x.kr"),
    ]
    assert people(unify(rows)) == [["1", "2"], ["3"]]


def fingerprint(engine: DuckDBEngine) -> str:
    """One digest over the relations that others build on."""
    digest = hashlib.md5(usedforsecurity=False)
    for relation in ("model", "scores", "clusters", "members", "survivors", "customers"):
        digest.update(repr(engine.rows(f"select * from unify.{relation} order by all")).encode())
    return digest.hexdigest()


def test_row_order_and_threads_change_nothing() -> None:
    rows, _ = febrl(1)
    rows = rows[:400] + [contact(n, **KIM) for n in range(3)]
    shuffled = sorted(rows, key=lambda row: hashlib.md5(row["contact_id"].encode()).hexdigest())
    assert fingerprint(unify(rows, threads=1)) == fingerprint(unify(shuffled, threads=4))


def test_a_pair_is_explained_by_weights_that_add_up() -> None:
    engine = unify([contact(1, **KIM), contact(2, **(KIM | {"full_name": "Minsu Kim", "address": "x"}))])
    steps = waterfall(engine, "s:2", "s:1")
    assert steps[0][0] == "before looking"
    assert ("given name: sounds alike") in [label for label, _ in steps]
    assert steps[-1][0].startswith("merge")
    assert sum(weight for _, weight in steps[:-1]) == pytest.approx(steps[-1][1], abs=1e-4)
    assert waterfall(engine, "s:1", "s:9") == []
