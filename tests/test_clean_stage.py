"""The clean stage as a whole: every template of ``sql/clean`` run over the five source entities."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from gristmill import entities, sources
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
CLEAN = ROOT / "sql" / "clean"
AS_OF = dt.date(2026, 1, 1)

ENTITIES = {name: list(entity.names) for name, entity in entities.ENTITIES.items()}
"""Canonical columns by entity."""
Row = dict[str, "str | None"]


def in_order() -> list[tuple[str, str, frozenset[str]]]:
    """``(relation, select, names of its parameters)`` of every clean template, after all that it reads."""
    waiting: dict[str, tuple[str, frozenset[str], set[str]]] = {}
    for path in sorted(CLEAN.glob("*_v1.sql")):
        text = path.read_text(encoding="utf-8")
        tree = sqlglot.parse_one(text, read="duckdb")
        reads = {f"clean.{t.name}" for t in tree.find_all(exp.Table) if t.db == "clean"}
        params = frozenset(str(p.this) for p in tree.find_all(exp.Placeholder, exp.Parameter))
        waiting[f"clean.{path.stem.removesuffix('_v1')}"] = (text, params, reads)
    done: list[tuple[str, str, frozenset[str]]] = []
    while waiting:
        ready = [name for name, (_, _, reads) in waiting.items() if not reads & waiting.keys()]
        assert ready, f"templates that read each other: {sorted(waiting)}"
        for name in ready:
            text, params, _ = waiting.pop(name)
            done.append((name, text, params))
    return done


STEPS = in_order()
DEFAULTS: dict[str, Any] = {
    name: param.default
    for path in sorted(CLEAN.glob("*_v1.sql"))
    for name, param in parse(path).params.items()
    if not param.required
} | {"as_of": AS_OF}


def fill(
    engine: DuckDBEngine, entity: str, rows: Sequence[Mapping[str, str | None]], source: str = "crm"
) -> None:
    """Make ``source.<entity>`` of rows; ``_source``, ``_system``, ``_file``, ``_row`` are given where a row has none."""
    full = [
        {"_source": source, "_system": source, "_file": f"{source}.csv", "_row": i + 1, **row}
        for i, row in enumerate(rows)
    ]
    types = [
        ("_row", pa.int64()) if c == "_row" else (c, pa.string())
        for c in ["_source", "_system", "_file", "_row"]
    ]
    schema = pa.schema(types + [(c, pa.string()) for c in ENTITIES[entity]])
    engine.register("given", pa.Table.from_pylist(full, schema))
    engine.make(f"source.{entity}", "select * from given")


def merge_values(engine: DuckDBEngine, merges: Sequence[tuple[str, str, str]]) -> None:
    """Make ``clean.value_merges`` of (column key, before, after)."""
    names = ["column_key", "before", "after"]
    rows = [dict(zip(names, merge, strict=True)) for merge in merges]
    engine.register("merges", pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in names])))
    engine.make("clean.value_merges", "select * from merges")


def clean(engine: DuckDBEngine, **params: Any) -> None:
    """Run every template; entities without a source relation are empty."""
    have = set(engine.relations())
    for entity in ENTITIES:
        if f"source.{entity}" not in have:
            fill(engine, entity, [])
    if "clean.value_merges" not in have:
        merge_values(engine, [])
    sources.prepare(engine)
    given = DEFAULTS | params
    for relation, select, names in STEPS:
        engine.make(relation, select, {name: given[name] for name in names})


def records(engine: DuckDBEngine, sql: str) -> list[dict[str, Any]]:
    """Rows as dicts."""
    names = [column.name for column in engine.describe(sql)]
    return [dict(zip(names, row, strict=True)) for row in engine.rows(sql)]


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


ISO = "(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+]00(:?00)?)?)?"
MOMENTS = {
    "birth_date",
    "consent_at",
    "created_at",
    "updated_at",
    "ordered_at",
    "occurred_at",
    "opened_at",
    "closed_at",
}
NUMBERS = {"amount", "unit_price", "quantity", "cost", "line_no", "satisfaction"}


def unexplained(engine: DuckDBEngine) -> list[dict[str, Any]]:
    """Cells that had text and changed without a row in ``clean.changes``, or have such a row and did not change.

    A date in ISO form that became the same date, and a plain number that became the same number, changed their
    type only. What was taken away (logged as NULL) may have been filled from other cells of the row.
    """
    wrong: list[dict[str, Any]] = []
    for entity, columns in ENTITIES.items():
        for column in columns:
            before, after = f"s.{column}", f"cast(c.{column} as varchar)"
            same = f"{before} = {after}"
            if column in MOMENTS:
                kind = "date" if column == "birth_date" else "timestamp"
                same += f" or (regexp_full_match({before}, '{ISO}') and try_cast({before} as {kind}) = c.{column})"
            elif column in NUMBERS:
                places = "" if column == "line_no" else "([.][0-9]{1,4})?"
                plain = f"regexp_full_match({before}, '-?[0-9]{{1,14}}{places}')"
                same += f" or ({plain} and try_cast({before} as decimal(18, 4)) = c.{column})"
            wrong += records(
                engine,
                f"select '{entity}.{column}' as cell, {before} as before, {after} as after, h.after as logged, h.rule"
                f" from source.{entity} s join clean.{entity} c using (_source, _file, _row)"
                f" left join clean.changes h on h.relation = 'clean.{entity}' and h.column_name = '{column}'"
                " and h._source = s._source and h._file = s._file and h._row = s._row"
                f" where {before} is not null"
                f" and (coalesce({same}, false) = (h.rule is not null) or (h.rule is not null and h.after <> {after}))",
            )
    return wrong


def mixed_rows(texts: Sequence[str | None], columns: Sequence[str]) -> list[Row]:
    """As many rows as texts, so that every text stands once in every column."""
    return [
        {column: texts[(i + j) % len(texts)] for j, column in enumerate(columns)} for i in range(len(texts))
    ]


def fill_all(engine: DuckDBEngine, texts: Sequence[str | None]) -> None:
    """Every text in every column of every entity."""
    for entity, columns in ENTITIES.items():
        fill(engine, entity, mixed_rows(texts, columns))


HOSTILE: list[str | None] = [
    None,
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1f\x1e",
    "\ufeff\u200b",
    "'; drop table source.contacts; --",
    "$as_of",
    "\\",
    "\\1",
    "%s",
    "👩‍👩‍👧‍👦 🎉",
    "مرحبا \u202eabc",
    "שלום",
    *[
        "1e400",
        "-1e400",
        "99999999999999999999",
        "0.00000000000000000001",
        "nan",
        "inf",
        "-infinity",
        "infinity",
        "2024-02-30",
        "9999-12-31",
        "9999-12-31T23:59:59.999999-14:00",
        "0001-01-01",
        "1900-01-01 00:00:00+14:00",
        "292278994-08-17",
        "99/99/99",
        "0/0/0",
        "2024-03-04 99:99:99",
        "2024-03-04 10:00:00+99:99",
        "1709510400000",
        "4102444800001",
        "73050.9999999999",
    ],
    "()",
    "@",
    "@@@@@@@@",
    "a@b@c",
    "<@>",
    "+",
    "+82",
    "+820",
    "00",
    "0" * 40,
    "9" * 400,
    "(" * 300,
    "a" * 1_000_000,
    "한" * 300_000,
    " " * 100_000,
    "e\u0301" * 50,
    "한",
    "－－",
    "Ａ＠Ｂ．ＣＯＭ",
    "1,2,3,4",
    "...",
    "-.-",
    "Mr. Mr. Mr.",
    "(님)",
    "씨씨씨씨씨",
    ", , ,",
    "O'",
    "i̇İıI",
    "ß",
    "ǅ ǆ",
]


def test_empty_entities_give_empty_relations(engine: DuckDBEngine) -> None:
    clean(engine)
    for entity in ENTITIES:
        assert engine.scalar(f"select count(*) from clean.{entity}") == 0
    assert engine.scalar("select count(*) from clean.changes") == 0
    assert engine.scalar("select count(*) from clean.set_aside") == 0


def test_clean_entities_are_typed(engine: DuckDBEngine) -> None:
    clean(engine)
    for name, entity in entities.ENTITIES.items():
        found = {column.name: column.type for column in engine.columns(f"clean.{name}")}
        assert {c.name: found.get(c.name) for c in entity.columns} == {c.name: c.type for c in entity.columns}
        assert {"_source", "_system", "_file", "_row", *entity.ids} <= found.keys()


def test_every_template_is_under_80_lines() -> None:
    for path in CLEAN.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 80, path.name
        parse(path)


def test_hostile_text_in_every_column_never_raises_and_every_change_is_logged(engine: DuckDBEngine) -> None:
    fill_all(engine, HOSTILE)
    clean(engine)
    assert unexplained(engine) == []
    kept = engine.scalar("select count(*) from clean.contacts")
    aside = engine.scalar("select count(*) from clean.set_aside where relation = 'clean.contacts'")
    assert kept + aside == len(HOSTILE)


def test_rows_all_null_are_set_aside_as_blank(engine: DuckDBEngine) -> None:
    fill(engine, "contacts", [{}, {"email": " "}, {"source_key": "1"}])
    clean(engine)
    assert records(engine, "select _row, reason from clean.set_aside order by _row") == [
        {"_row": 1, "reason": "blank row"},
        {"_row": 2, "reason": "blank row"},
    ]
    assert engine.rows("select contact_id from clean.contacts") == [("crm:1",)]


def test_an_exact_duplicate_is_set_aside_and_names_the_row_kept(engine: DuckDBEngine) -> None:
    twin: Row = {"source_key": "1", "email": "a@b.com"}
    rows: list[Row] = [twin, {**twin, "city": "Seoul"}, twin, {**twin, "_file": "a.csv"}]
    fill(engine, "contacts", rows)
    clean(engine)
    assert sorted(engine.rows("select _file, _row, reason from clean.set_aside")) == [
        ("crm.csv", 1, "exact duplicate of a.csv#4"),
        ("crm.csv", 3, "exact duplicate of a.csv#4"),
    ]
    clean(engine, duplicates="keep")
    assert engine.scalar("select count(*) from clean.contacts") == 4


def test_rows_without_a_file_name_are_set_aside_too(engine: DuckDBEngine) -> None:
    twin: Row = {"email": "a@b.com", "_file": None}
    fill(engine, "contacts", [twin, twin])
    clean(engine)
    assert engine.rows("select contact_id, _row from clean.contacts") == [("crm:#1", 1)]


def test_equal_rows_of_two_sources_are_both_kept(engine: DuckDBEngine) -> None:
    twin: Row = {"source_key": "1", "email": "a@b.com"}
    fill(engine, "contacts", [twin, {**twin, "_source": "shop", "_system": "shop"}])
    clean(engine)
    assert sorted(engine.rows("select contact_id from clean.contacts")) == [("crm:1",), ("shop:1",)]


def test_rows_that_differ_only_where_a_separator_could_stand_are_no_duplicates(engine: DuckDBEngine) -> None:
    fill(
        engine,
        "contacts",
        [{"source_key": "1", "city": "a\x1fb"}, {"source_key": "1", "city": "a", "region": "b"}],
    )
    clean(engine)
    assert engine.scalar("select count(*) from clean.set_aside") == 0


def test_the_same_input_gives_the_same_relations(engine: DuckDBEngine) -> None:
    fill_all(engine, [text for text in HOSTILE if len(text or "") < 1_000])
    relations = [f"clean.{e}" for e in ENTITIES] + ["clean.changes", "clean.set_aside"]

    def prints() -> list[str]:
        return [
            engine.scalar(
                f"select md5(string_agg(row_text, chr(10) order by row_text)) from"
                f" (select cast(r as varchar) as row_text from {name} r)"
            )
            for name in relations
        ]

    clean(engine)
    first = prints()
    clean(engine)
    assert prints() == first
