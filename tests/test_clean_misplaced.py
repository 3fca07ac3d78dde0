"""Values of contacts in the wrong columns: each finds its own, nothing is lost, and what is right stays."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from gristmill import entities
from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
NAMES = ROOT / "src" / "gristmill" / "data" / "names.csv"
MISPLACED = (
    "clean.name_sides",
    "clean.suspect_contacts",
    "clean.misplaced_values",
    "clean.misplaced_names",
    "clean.misplaced",
)
TEMPLATES = {
    f"clean.{path.stem.removesuffix('_v1')}": path.read_text(encoding="utf-8")
    for path in (ROOT / "sql" / "clean").glob("*_v1.sql")
}


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        for name in ("clean.placeholders", "clean.surnames"):
            opened.make(name, TEMPLATES[name])
        yield opened


PEOPLE = [
    ("김", "민수"),
    ("이", "영희"),
    ("남궁", "민"),
    ("John", "Smith"),
    ("Mary Jane", "Watson"),
    ("Anna", "Müller"),
]
VALUES = {
    "email": "kim@x.com",
    "phone": "010-1234-5678",
    "birth_date": "1990-01-02",
    "postcode": "06234",
    "city": "서울",
    "full_name": "김민수",
}


def placed(engine: DuckDBEngine, rows: Sequence[Mapping[str, str | None]]) -> dict[int, dict[str, Any]]:
    """Number of the row from 0 on → its row of ``clean.misplaced``."""
    columns = ["_source", "_system", "_file", *entities.CONTACTS.names]
    table = pa.Table.from_pylist(
        [
            {"_source": "crm", "_system": "crm", "_file": "c.csv", "_row": i, **row}
            for i, row in enumerate(rows)
        ],
        pa.schema([("_row", pa.int64()), *((column, pa.string()) for column in columns)]),
    )
    engine.register("given", table)
    engine.make("source.contacts", "select * from given")
    for name in MISPLACED:
        engine.make(name, TEMPLATES[name])
    names = [column.name for column in engine.columns("clean.misplaced")]
    found = engine.rows("select * from clean.misplaced")
    made = {row[names.index("_row")]: dict(zip(names, row, strict=True)) for row in found}
    assert len(made) == len(found)
    return made


def test_a_value_in_any_wrong_column_finds_its_own(engine: DuckDBEngine) -> None:
    pairs = [
        (kind, column)
        for kind in ("email", "phone", "birth_date")
        for column in ("email", "phone", "full_name", "postcode", "city", "birth_date")
    ]
    found = placed(engine, [VALUES | {kind: None, column: VALUES[kind]} for kind, column in pairs])
    assert sorted(found) == [i for i, (kind, column) in enumerate(pairs) if kind != column]
    for i, made in found.items():
        kind, column = pairs[i]
        assert made[kind] == VALUES[kind]
        assert made[column] is None
        assert made["confidence"] >= 0.9
        assert sorted(made["columns"]) == sorted([kind, column])


def test_two_values_in_each_others_columns_are_swapped(engine: DuckDBEngine) -> None:
    kinds = ["email", "phone", "birth_date"]
    pairs = [(one, other) for one in kinds for other in kinds if one < other] + [("city", "postcode")]
    found = placed(engine, [VALUES | {one: VALUES[other], other: VALUES[one]} for one, other in pairs])
    for i, _ in enumerate(pairs):
        assert {name: found[i][name] for name in VALUES} == VALUES
        assert found[i]["confidence"] >= 0.9


def test_nothing_is_lost(engine: DuckDBEngine) -> None:
    """Whatever stands in a row stands there afterwards, but for what stood twice and what is only proposed."""
    rnd = random.Random(11)
    texts = [
        *VALUES.values(),
        "a@b.co / 010-9999-8888",
        "Kim <k@y.org>",
        "none",
        "",
        "02-555-1234",
        "call me",
        None,
        "Seoul",
    ]
    columns = list(VALUES)
    rows = [{column: rnd.choice(texts) for column in columns} for _ in range(3_000)]
    found = placed(engine, rows)
    assert len(found) > 500
    for i, made in found.items():
        if made["confidence"] < 0.9:
            continue
        # What no e-mail, number or date can be made of is taken out of those columns in any case.
        typed = {"06234", "서울", "김민수", "none", "call me", "Seoul"}
        before = " ".join(
            text
            for column in columns
            if (text := rows[i][column])
            and not (column in ("email", "phone", "birth_date") and text in typed)
        )
        after = " ".join(made[column] or "" for column in columns)
        words = set(re.findall(r"[\w@.+-]*\w", before)) - {"none"}
        assert words <= set(re.findall(r"[\w@.+-]*\w", after)), (rows[i], made)


def test_what_was_put_in_its_place_stays_there(engine: DuckDBEngine) -> None:
    rnd = random.Random(12)
    texts = [
        *VALUES.values(),
        "a@b.co / 010-9999-8888",
        "Kim <k@y.org>",
        "none",
        None,
        "02-555-1234",
        "call me",
        "서울",
    ]
    rows: list[dict[str, str | None]] = [{c: rnd.choice(texts) for c in VALUES} for _ in range(2_000)]
    rows += [{"given_name": given, "family_name": family} for family, given in PEOPLE for _ in range(20)]
    rows += [{"given_name": family, "family_name": given} for family, given in PEOPLE]
    found = placed(engine, rows)
    names = [*VALUES, "given_name", "family_name"]
    again = [
        {n: found[i][n] for n in names} if i in found and found[i]["confidence"] >= 0.9 else row
        for i, row in enumerate(rows)
    ]
    changed = {i: made for i, made in placed(engine, again).items() if made["confidence"] >= 0.9}
    assert changed == {}


def test_right_names_stay_in_their_columns(engine: DuckDBEngine) -> None:
    rows: list[dict[str, str]] = []
    with NAMES.open(encoding="utf-8-sig", newline="") as file:
        parts = list(csv.DictReader(file))
    for culture in sorted({row["culture"] for row in parts}):
        for script in ("name", "roman"):
            family = [
                r[script] for r in parts if r["culture"] == culture and r["part"] == "family" and r[script]
            ]
            given_ = [
                r[script] for r in parts if r["culture"] == culture and r["part"] != "family" and r[script]
            ]
            rnd = random.Random(culture)
            rows += [
                {"given_name": rnd.choice(given_), "family_name": rnd.choice(family)}
                for _ in range(1_000 if family and given_ else 0)
            ]
    assert len(rows) >= 2_000
    assert {i: (rows[i], made["rule"]) for i, made in placed(engine, rows).items()} == {}
