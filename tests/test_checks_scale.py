"""Judging much: one scan, memory that does not grow with rows, and the same failing rows whichever way they are found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

from gristmill.checks import passes, places, rows, run, scan
from gristmill.checks.compile import compile_schema
from gristmill.checks.judge import failed, judge
from gristmill.checks.scrub import scrubbed
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import EngineError

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")
AS_OF = dt.date(2026, 1, 1)
KEPT = '"key", column_name, check_name, "value", reason, _source, _file, _row'


class Listening(DuckDBEngine):
    """An engine that remembers what it was asked."""

    def __init__(self, path: Path | None = None, **more: Any) -> None:
        self.asked: list[str] = []
        super().__init__(path, **more)

    def _run(self, sql: str, params: Mapping[str, Any] | None) -> Any:
        self.asked.append(sql)
        return super()._run(sql, params)

    def of(self, relation: str) -> list[str]:
        """The statements that read a relation, forgotten once told."""
        found = [sql for sql in self.asked if relation in sql]
        self.asked.clear()
        return found


@pytest.fixture
def engine() -> Iterator[Listening]:
    with Listening(threads=2) as made:
        yield made


def bounds(n: int, *columns: str) -> pa.DataFrameSchema:
    """So many lower bounds, in turn of each column."""
    made: dict[str, list[pa.Check]] = {name: [] for name in columns}
    for i in range(n):
        made[columns[i % len(columns)]].append(pa.Check.ge(i))
    return pa.DataFrameSchema({name: pa.Column(None, of, nullable=True) for name, of in made.items()})


def kept(engine: DuckDBEngine) -> list[tuple[Any, ...]]:
    return engine.rows(f"select {KEPT} from audit.failures order by all")


# -- how often a relation is read -------------------------------------------------------------------


def test_all_rules_of_rows_are_one_scan_and_a_pass_costs_one_statement_more(engine: Listening) -> None:
    engine.make(
        "t.x", "select i as a, i % 7 as b, 's' as _source, 'f' as _file, i as _row from range(500) t(i)"
    )
    schema = bounds(60, "a", "b")
    engine.asked.clear()
    found = judge(engine, "t.x", schema, as_of=AS_OF)
    assert len(found.results) == 60
    assert sum("count_if" in sql for sql in engine.of('"t"."x"')) == 1
    schema.columns["a"].unique = True
    judge(engine, "t.x", schema, as_of=AS_OF)
    asked = engine.of('"t"."x"')
    assert [sum(word in sql for sql in asked) for word in ("count_if", "group by")] == [1, 1]


def test_failing_rows_of_many_rules_are_fetched_from_their_places_in_one_statement(engine: Listening) -> None:
    engine.make(
        "t.x", "select i as a, i % 7 as b, 's' as _source, 'f' as _file, i as _row from range(500) t(i)"
    )
    engine.asked.clear()
    run(engine, "t.x", bounds(60, "a", "b"), as_of=AS_OF, run_id="r", max_failures=20)
    asked = [sql for sql in engine.of('"t"."x"') if not sql.startswith(("select count(*)", "describe "))]
    assert [("count_if" in sql, "insert" in sql) for sql in asked] == [(True, False), (False, True)]


# -- the same rows, whichever way they are found ----------------------------------------------------

LAYOUTS = {
    "one file": "select i % 11 as a, i % 7 as b, 'k' || i as k, 's' as _source, 'f' as _file, 500 - i as _row from range(500) t(i)",
    "two files": "select i % 11 as a, i % 7 as b, 'k' || i as k, 's' as _source, 'f' || i % 2 as _file, i as _row from range(500) t(i)",
    "files of several sources, some unnamed": "select i % 11 as a, i % 7 as b, 'k' || i as k, ['s', 'o''k', null][1 + i % 3] as _source, ['g', 'f', null][1 + i % 4 % 3] as _file, i // 2 as _row from range(500) t(i)",
    "more files than are told apart": "select i % 11 as a, i % 7 as b, 'k' || i as k, 's' as _source, 'f' || i % 90 as _file, i as _row from range(500) t(i)",
    "rows that share a number": "select i % 11 as a, i % 7 as b, 'k' || i as k, 's' as _source, 'f' as _file, i // 9 as _row from range(500) t(i)",
    "a row without a number": "select i % 11 as a, i % 7 as b, 'k' || i as k, 's' as _source, 'f' as _file, nullif(i, 3) as _row from range(500) t(i)",
    "a key of text": "select i % 11 as a, i % 7 as b, 'k' || i as k from range(500) t(i)",
    "a key of numbers": "select i % 11 as a, i % 7 as b, 500 - i as k from range(500) t(i)",
    "keys that repeat and are missing": "select i % 11 as a, i % 7 as b, case when i % 5 > 0 then i // 40 end as k from range(500) t(i)",
    "no rows": "select i as a, i as b, i as k, 's' as _source, 'f' as _file, i as _row from range(0) t(i)",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("cap", [3, 40, 5000])
def test_failing_rows_are_the_first_ones_in_order_whichever_way_they_are_found(
    engine: Listening, layout: str, cap: int
) -> None:
    engine.make("t.x", LAYOUTS[layout])
    schema = pa.DataFrameSchema(
        {
            "k": pa.Column(None, unique=True, nullable=True),
            "a": pa.Column(None, [pa.Check.ge(3), pa.Check.ge(9, n_failure_cases=2), pa.Check.lt(100)]),
            "b": pa.Column(None, [pa.Check.isin([1, 2, 3]), pa.Check.ne(4)]),
        }
    )
    run(engine, "t.x", schema, as_of=AS_OF, run_id="r", max_failures=cap)
    plan = compile_schema("t.x", schema, engine.columns("t.x"), as_of=AS_OF)
    wanted = []
    for rule in plan.rules:
        one = scan.failing(plan, rule, cap)
        if one:
            wanted += engine.rows(f"select {KEPT} from {one.sql}", one.params)
    assert kept(engine) == sorted(
        wanted, key=lambda row: [(cell is None, cell if cell is not None else 0) for cell in row]
    )


def test_a_place_is_one_number_where_rows_have_one_and_else_the_key(engine: Listening) -> None:
    found = {}
    for layout, select in LAYOUTS.items():
        engine.make("t.x", select)
        schema = pa.DataFrameSchema({"k": pa.Column(None, unique=True)})
        plan = compile_schema("t.x", schema, engine.columns("t.x"), as_of=AS_OF)
        place = places.place(engine, plan)
        found[layout] = place and (place.type, place.stored)
    assert found == {
        "one file": ("bigint", ""),
        "two files": ("bigint", '"_row"'),
        "files of several sources, some unnamed": ("bigint", '"_row"'),
        "more files than are told apart": None,
        "rows that share a number": ("bigint", ""),
        "a row without a number": None,
        "a key of text": ("varchar", '"k"'),
        "a key of numbers": ("varchar", '"k"'),
        "keys that repeat and are missing": ("varchar", '"k"'),
        "no rows": ("varchar", ""),
    }


@pytest.mark.parametrize(
    "values", ["i % 40", "nullif(i % 40, 3)", "case when i % 3 = 0 then 'nan'::double else i end"]
)
@pytest.mark.parametrize("report", ["all", "exclude_first", "exclude_last"])
def test_values_that_occur_twice_are_the_same_found_in_parts_or_at_once(
    engine: Listening, monkeypatch: pytest.MonkeyPatch, values: str, report: Any
) -> None:
    engine.make(
        "t.x",
        f"select {values} as a, i % 90 as n, 's' as _source, 'f' as _file, i as _row from range(100) t(i)",
    )
    schema = pa.DataFrameSchema(
        {"a": pa.Column(None, unique=True, nullable=True, report_duplicates=report), "n": pa.Column(None)},
        unique=["a", "n"],
    )
    found = []
    for part in (1000, 7):
        monkeypatch.setattr(passes, "PART_ROWS", part)
        results = run(engine, "t.x", schema, as_of=AS_OF, run_id="r")
        found.append(([(one.check, one.n, one.n_failed) for one in results], kept(engine)))
    assert found[0] == found[1]
    assert engine.scalar("select count(*) from duckdb_tables() where temporary") == 0


# -- a thousand rules, a million rows ---------------------------------------------------------------


def test_a_thousand_rules_are_judged_and_their_failing_rows_kept(engine: Listening) -> None:
    engine.make("t.x", "select i as a, 's' as _source, 'f' as _file, i + 1 as _row from range(2000) t(i)")
    results = run(engine, "t.x", bounds(1000, "a"), as_of=AS_OF, run_id="r", max_failures=10)
    assert [one.n_failed for one in results] == list(range(1000))
    assert max(len(sql) for sql in engine.asked) < 200_000
    counted = engine.rows("select check_name, count(*), max(_row) from audit.failures group by 1")
    assert len(counted) == 999
    assert all(n == most and n <= 10 for _, n, most in counted)


def test_of_a_million_failing_rows_the_count_is_exact_and_the_cap_is_kept(engine: Listening) -> None:
    engine.make(
        "t.x",
        "select -i as a, i % 2 as b, 's' as _source, 'f' as _file, i as _row from range(1_000_000) t(i)",
    )
    schema = pa.DataFrameSchema(
        {"a": pa.Column(None, [pa.Check.gt(n) for n in range(5)]), "b": pa.Column(None, unique=True)}
    )
    results = run(engine, "t.x", schema, as_of=AS_OF, run_id="r", max_failures=100)
    assert {one.n_failed for one in results if one.check != "not_null"} == {1_000_000}
    counted = engine.rows("select check_name, count(*), max(_row) from audit.failures group by all")
    assert [(n, most) for _, n, most in counted] == [(100, 99)] * 6


def test_an_empty_relation_has_nothing_to_judge_and_leaves_nothing_behind(engine: Listening) -> None:
    engine.make("t.x", "select 1 as a, 's' as _source, 'f' as _file, 1 as _row where false")
    schema = pa.DataFrameSchema({"a": pa.Column(int, pa.Check.gt(0), unique=True, nullable=True)})
    results = run(engine, "t.x", schema, as_of=AS_OF, run_id="r")
    told = {
        one.check: (one.n, one.n_failed, one.verdict, one.note) for one in results if one.check != "dtype"
    }
    empty = (0, 0, "pass", "nothing to judge: the relation is empty")
    assert told == {"unique": empty, "gt": empty}
    assert kept(engine) == []


def test_rows_without_a_key_or_a_place_are_kept_in_the_order_of_their_values(engine: Listening) -> None:
    engine.make("t.x", "select 50 - i as a from range(50) t(i)")
    run(engine, "t.x", bounds(30, "a"), as_of=AS_OF, run_id="r", max_failures=2)
    assert engine.rows("select \"value\" from audit.failures where check_name = 'ge#30' order by 1") == [
        ("1",),
        ("10",),
    ]


def test_a_database_that_is_only_read_can_be_judged(tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path / "x.duckdb") as made:
        made.make("t.x", "select i % 5 as a from range(9) t(i)")
    schema = pa.DataFrameSchema({"a": pa.Column(None, pa.Check.lt(4), unique=True)})
    with DuckDBEngine(tmp_path / "x.duckdb", read_only=True) as engine:
        found = judge(engine, "t.x", schema, as_of=AS_OF)
        assert found.plan
        assert [(rule.check) for rule in failed(found.plan, found.results)] == ["unique", "lt"]
        with pytest.raises(EngineError):
            engine.make("t.y", "select 1 as a")


def test_a_view_of_failing_rows_outlives_what_counting_kept(tmp_path: Path) -> None:
    schema = pa.DataFrameSchema({"a": pa.Column(None, unique=True)})
    with DuckDBEngine(tmp_path / "x.duckdb") as engine:
        engine.make("t.x", "select i % 5 as a from range(9) t(i)")
        plan = judge(engine, "t.x", schema, as_of=AS_OF).plan
        assert plan
        (rule,) = [one for one in plan.rules if one.check == "unique"]
        assert engine.scalar(f"select count(*) from ({rows.failing_select(plan, [rule])})") == 8
        name = rows.view(engine, plan, rule)
    with DuckDBEngine(tmp_path / "x.duckdb", read_only=True) as engine:
        assert engine.scalar(f"select count(*) from {name}") == 8


def test_more_rules_than_are_remembered_are_asked_again_only_where_they_failed(
    engine: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "RULES", 10)
    engine.make("t.x", "select i as a, 's' as _source, 'f' as _file, i as _row from range(50) t(i)")
    schema = pa.DataFrameSchema({"a": pa.Column(None, [pa.Check.ge(n) for n in (-9, 5, -8, *[-7] * 12)])})
    run(engine, "t.x", schema, as_of=AS_OF, run_id="r")
    looks = [sql for sql in engine.of('"t"."x"') if " as p0" in sql]
    assert [sql.count("min(case") for sql in looks] == [1]
    assert len(kept(engine)) == 5


# -- what is said of a value ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValueError("no kim@naver.com here"), "ValueError: no … here"),
        (KeyError("김민수"), "KeyError: '…'"),
        (KeyError("email"), "KeyError: 'email'"),
        (ValueError("cannot read 'O'Brien' as a number"), "ValueError: cannot read '…' as a number"),
        (ValueError("call 010-1234-5678 or 홍길동"), "ValueError: call … or …"),
        (ValueError("bad person Anna Smith"), "ValueError: bad person … …"),
        (
            TypeError("cannot compare dtype=datetime64[us] and Timestamp"),
            "TypeError: cannot compare dtype=datetime64[us] and Timestamp",
        ),
        (ZeroDivisionError("division by zero\nfor kim"), "ZeroDivisionError: division by zero"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_exception_keeps_its_kind_and_words_but_no_value(raised: Exception, told: str) -> None:
    assert scrubbed(raised, ["email"], {"anna", "smith", "anna smith"}) == told


def test_a_check_that_raises_does_not_tell_a_value(engine: Listening) -> None:
    engine.make("t.x", "select 'Anna Smith' as name, 41 as age")

    def boom(names: pd.Series) -> pd.Series:
        raise ValueError(f"cannot judge {names.iloc[0]} of name")

    schema = pa.DataFrameSchema({"name": pa.Column(str, pa.Check(boom, name="boom"))})
    (found,) = [one for one in run(engine, "t.x", schema, as_of=AS_OF, run_id="r") if one.check == "boom"]
    assert (found.verdict, found.note) == ("error", "ValueError: cannot judge … … of name")


def test_a_bound_with_a_time_zone_is_compared_in_utc_with_the_moments_of_a_file(engine: Listening) -> None:
    engine.make(
        "raw.file",
        "select unnest(['2026-01-01', '2026-01-01 08:59:00+09:00', '2025-12-31T23:59:59Z']) as at, 's' as _source, 'f' as _file, unnest([1, 2, 3]) as _row",
    )
    least = pd.Timestamp("2026-01-01 09:00", tz="Asia/Seoul")
    schema = pa.DataFrameSchema({"at": pa.Column("datetime64[ns]", pa.Check.ge(least))})
    found = judge(engine, "raw.file", schema, as_of=AS_OF, from_file=True)
    assert [(one.n, one.n_failed, one.verdict) for one in found.results if one.check == "ge"] == [
        (3, 2, "warn")
    ]
