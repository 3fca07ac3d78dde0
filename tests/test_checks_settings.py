"""Pandera's settings beside its checks: what they mean here equals what they mean on pandas."""

from __future__ import annotations

import datetime as dt
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_checks_differential import AS_OF, RELATION, engine, failing_here, passes_there, store

from gristmill.checks import batches, compile_schema, rows, run, scan
from gristmill.checks.rules import PythonRule
from gristmill.engine.duckdb import DuckDBEngine

__all__ = ["engine"]
Check = pandera.Check
FAST = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def cases(frame: pd.DataFrame, schema: pandera.DataFrameSchema) -> dict[str, set[int]]:
    """Rows of Pandera's failure cases by reason code, and those of checks together."""
    found: dict[str, set[int]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            for error in errors.schema_errors:
                rows = getattr(error.failure_cases, "get", lambda _: None)("index")
                known = [] if rows is None else [int(one) for one in rows if one is not None]
                found.setdefault(error.reason_code.name, set()).update(known)
    return found


# -- coerce -----------------------------------------------------------------------------------------

NUMBERS = ["1", "-1", "+7", " 7 ", "7\n", "007", "1_000", "1__0", "_1", "1.0", "1.", ".5", ".", "", "x", "1e3", "1E-2", "e3", "inf", "-Infinity",
           "nan", "NaN", "0x1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "1,5", "--1", "+ 1"]  # fmt: skip


@FAST
@given(
    values=st.lists(st.one_of(st.sampled_from(NUMBERS), st.none()), min_size=1, max_size=6),
    wanted=st.sampled_from([int, float]),
)
def test_texts_are_converted_or_fail_in_the_same_rows_as_in_pandera(
    engine: DuckDBEngine, values: list[str | None], wanted: Any
) -> None:
    schema = pandera.DataFrameSchema({"x": pandera.Column(wanted, coerce=True, nullable=True)})
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str")})
    store(engine, {"x": pa.array(values, pa.string())})
    there = cases(frame, schema).get("DATATYPE_COERCION", set())
    assert failing_here(engine, schema).get("dtype", set()) == there
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    assert not plan.python_rules()


@FAST
@given(
    values=st.lists(st.one_of(st.sampled_from(["1", "-1", "7", "0", "12345678901"]), st.none()), max_size=6),
    bound=st.integers(-2, 8),
    whole=st.booleans(),
)
def test_converted_values_are_judged_as_in_pandera(
    engine: DuckDBEngine, values: list[str | None], bound: int, whole: bool
) -> None:
    wanted = "Int64" if whole else float
    column = pandera.Column(wanted, Check.lt(bound), coerce=True, nullable=False, unique=True)
    schema = pandera.DataFrameSchema({"x": column})
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str")})
    store(engine, {"x": pa.array(values, pa.string())})
    here, there = failing_here(engine, schema), cases(frame, schema)
    assert here.get("not_null", set()) == there.get("SERIES_CONTAINS_NULLS", set())
    assert here.get("lt", set()) == there.get("DATAFRAME_CHECK", set())
    assert bool(here.get("unique")) == ("SERIES_CONTAINS_DUPLICATES" in there)
    assert "dtype" not in here


def test_a_schema_may_convert_all_its_columns_and_name_one_type_for_them(engine: DuckDBEngine) -> None:
    store(engine, {"x": pa.array(["1", "a"]), "y": pa.array(["2", "3"])})
    columns = {"x": pandera.Column(None, Check.gt(0)), "y": pandera.Column(None, Check.gt(2))}
    found = failing_here(engine, pandera.DataFrameSchema(columns, dtype=int, coerce=True))
    assert found == {"dtype": {1}, "gt": {0}}


def test_conversions_the_database_cannot_do_as_pandas_run_in_python_row_by_row(engine: DuckDBEngine) -> None:
    values = ["2026-01-01", "2026/01/05", "2026-13-01", None]
    column = pandera.Column("datetime64[ns]", Check.lt(dt.datetime(2026, 1, 3)), coerce=True, nullable=True)
    schema = pandera.DataFrameSchema({"x": column})
    store(engine, {"x": pa.array(values, pa.string())})
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    assert all(isinstance(rule, PythonRule) for rule in plan.rules)
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str")})
    assert failing_here(engine, schema) == {"dtype": cases(frame, schema)["DATATYPE_COERCION"], "lt": {1}}


def test_a_file_is_read_as_pandas_would_read_it(engine: DuckDBEngine) -> None:
    engine.make(
        RELATION,
        "select 'f' as _file, _row, n, d, b from (values (0, '1.0', '2026-01-02T00:00:00+09:00', 'TRUE'),"
        " (1, '1.5', '20260102', 'yes'), (2, null, '2026-01-02', '0')) as t(_row, n, d, b)",
    )
    columns = {
        "n": pandera.Column(int, nullable=True),
        "d": pandera.Column("datetime64[ns]", Check.lt(dt.datetime(2026, 1, 2))),
        "b": pandera.Column(bool),
    }
    schema = pandera.DataFrameSchema(columns, strict=True, ordered=True)
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF, from_file=True)
    found = scan.counts(engine, plan)
    failed = {name: one.n_failed for name, one in found.items() if one.n_failed}
    assert failed == {"n.dtype": 1, "d.dtype": 1, "d.lt": 1, "b.dtype": 1}
    assert [rule.holds for rule in plan.rules if rule.check in ("strict", "ordered")] == [True, True]
    places = engine.rows(
        f"select column_name, check_name, _row from ({rows.failing_select(plan, plan.rules)})"
    )
    assert sorted(places) == [("b", "dtype", 1), ("d", "dtype", 1), ("d", "lt", 2), ("n", "dtype", 1)]


# -- the layout -------------------------------------------------------------------------------------

NAMES = ["a", "b", "a_at", "b_at", "c"]


@FAST
@given(
    stored=st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
    wanted=st.lists(st.sampled_from([*NAMES, "^.*_at$"]), min_size=1, unique=True),
    optional=st.booleans(),
    strict=st.sampled_from([True, False, "filter"]),
    ordered=st.booleans(),
)
def test_the_columns_of_a_schema_are_required_and_ordered_as_in_pandera(
    engine: DuckDBEngine, stored: list[str], wanted: list[str], optional: bool, strict: Any, ordered: bool
) -> None:
    columns = {
        name: pandera.Column(None, required=not optional, regex=name.startswith("^"), nullable=True)
        for name in wanted
    }
    schema = pandera.DataFrameSchema(columns, strict=strict, ordered=ordered)
    # Without the columns that say where a row comes from, which a strict schema would count.
    engine.make(RELATION, "select " + ", ".join(f"'x' as \"{name}\"" for name in stored))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = run(engine, RELATION, schema, as_of=AS_OF, run_id="r")
    frame = pd.DataFrame({name: ["x"] for name in stored})
    codes = set(cases(frame, schema))
    if "^.*_at$" in columns and not any(name.endswith("_at") for name in stored) and ordered and optional:
        return  # Pandera itself raises here for some orders.
    assert any(one.verdict != "pass" for one in results) == bool(codes)
    assert any(one.check == "strict" and one.verdict != "pass" for one in results) == (
        "COLUMN_NOT_IN_SCHEMA" in codes
    )
    if "COLUMN_NOT_IN_DATAFRAME" not in codes and "INVALID_COLUMN_NAME" not in codes:
        assert any(one.check == "ordered" and one.verdict != "pass" for one in results) == (
            "COLUMN_NOT_ORDERED" in codes
        )


@FAST
@given(
    rows=st.lists(st.tuples(*[st.one_of(st.sampled_from(["", "a"]), st.none())] * 3), max_size=7),
    unique=st.sampled_from([["a"], ["a", "b"], [["a", "b"], ["c"]], "b"]),
    report=st.sampled_from(["all", "exclude_first", "exclude_last"]),
)
def test_lists_of_columns_unique_together_are_the_same_as_in_pandera(
    engine: DuckDBEngine, rows: Any, unique: Any, report: str
) -> None:
    columns = {name: pandera.Column(None, nullable=True) for name in "abc"}
    schema = pandera.DataFrameSchema(columns, unique=unique, report_duplicates=report)
    data = {name: [row[i] for row in rows] for i, name in enumerate("abc")}
    store(engine, {name: pa.array(values, pa.string()) for name, values in data.items()})
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in data.items()})
    here = failing_here(engine, schema)
    assert passes_there(frame, schema) is not bool(here)
    keep: Any = {"all": False, "exclude_first": "first", "exclude_last": "last"}[report]
    lists = [[unique]] if isinstance(unique, str) else unique if isinstance(unique[0], list) else [unique]
    for names in lists:
        label = "unique" if len(names) == 1 else f"unique({', '.join(names)})"
        assert here.get(label, set()) == set(map(int, np.flatnonzero(frame.duplicated(names, keep=keep))))


# -- checks of whole rows and of groups -------------------------------------------------------------


@FAST
@given(
    rows=st.lists(st.tuples(*[st.one_of(st.integers(-2, 2).map(float), st.none())] * 2), max_size=6),
    bound=st.integers(-2, 2),
    ignore_na=st.booleans(),
)
def test_a_check_of_the_whole_frame_fails_the_same_rows_as_in_pandera(
    engine: DuckDBEngine, rows: Any, bound: int, ignore_na: bool
) -> None:
    checks = [
        Check.ge(bound, ignore_na=ignore_na, name="each value"),
        Check(lambda df: df["a"].fillna(0) <= df["b"].fillna(0), name="row", ignore_na=ignore_na),
    ]
    schema = pandera.DataFrameSchema({n: pandera.Column(float, nullable=True) for n in "ab"}, checks=checks)
    data = {name: [row[i] for row in rows] for i, name in enumerate("ab")}
    store(engine, {name: pa.array(values, pa.float64()) for name, values in data.items()})
    # A check of all columns sees only those of the schema there, so they are all there is here too.
    engine.make(RELATION, f"select a, b, _row from {RELATION}")
    frame = pd.DataFrame({name: pd.Series(values, dtype="float64") for name, values in data.items()})
    there = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            there = {error.check_index for error in errors.schema_errors}
    here = {one.check for one in run(engine, RELATION, schema, as_of=AS_OF, run_id="r") if one.n_failed}
    assert ("row" in here) == (1 in there)


@FAST
@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["m", "f"])), min_size=1, max_size=8),
    bound=st.integers(0, 9),
)
def test_a_check_of_groups_ends_as_in_pandera(engine: DuckDBEngine, rows: Any, bound: int) -> None:
    check = Check(lambda groups: all(one.mean() >= bound for one in groups.values()), groupby="g", name="by")
    schema = pandera.DataFrameSchema({"x": pandera.Column(int, check), "g": pandera.Column(str)})
    store(engine, {"x": pa.array([x for x, _ in rows], pa.int64()), "g": pa.array([g for _, g in rows])})
    frame = pd.DataFrame(rows, columns=["x", "g"])
    results = {one.check: one for one in run(engine, RELATION, schema, as_of=AS_OF, run_id="r")}
    assert (results["by"].verdict == "pass") == passes_there(frame, schema)
    assert results["by"].ran_in == "python"


def test_groups_are_seen_whole_however_many_rows_there_are(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.make(
        RELATION, "select i % 2 as g, i // 500 as x, i as _row, 'f' as _file from range(1000) as t(i)"
    )
    check = Check(lambda groups: groups[0].mean() == 0.5, groupby="g", name="by")
    whole = Check(lambda s: s.mean() == 0.5, name="whole")
    schema = pandera.DataFrameSchema({"x": pandera.Column(None, [check, whole]), "g": pandera.Column(None)})
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    found, _ = batches.judge(engine, plan, cap=5, rows=300)
    assert {name: (one.n_failed, one.error) for name, one in found.items()} == {
        "x.by": (0, ""),
        "x.whole": (0, ""),
    }
    monkeypatch.setattr(batches, "WHOLE_ROWS", 999)
    refused, _ = batches.judge(engine, plan, cap=5, rows=300)
    assert all("all 1,000 rows at once" in one.error for one in refused.values())


def test_the_cap_of_a_check_caps_the_rows_kept_and_never_the_count(engine: DuckDBEngine) -> None:
    engine.make(RELATION, "select i as x, i as _row, 'f' as _file from range(100) as t(i)")
    checks = [
        Check.lt(0, n_failure_cases=3),
        Check(lambda s: s < 0, n_failure_cases=4, name="python"),
    ]
    schema = pandera.DataFrameSchema({"x": pandera.Column(None, checks)})
    results = {one.check: one for one in run(engine, RELATION, schema, as_of=AS_OF, run_id="r")}
    assert {name: one.n_failed for name, one in results.items() if one.n_failed} == {"lt": 100, "python": 100}
    kept = dict(engine.rows("select check_name, count(*) from audit.failures group by 1"))
    assert kept == {"lt": 3, "python": 4}


def test_a_categorical_column_is_text_of_its_categories(engine: DuckDBEngine) -> None:
    store(engine, {"x": pa.array(["a", "b", None])})
    column = pandera.Column(pandera.Category(["a"]), nullable=True, coerce=True)
    assert failing_here(engine, pandera.DataFrameSchema({"x": column})) == {"isin": {1}}


def test_a_column_of_a_file_that_is_compared_with_numbers_is_read_as_numbers(engine: DuckDBEngine) -> None:
    engine.make(
        RELATION, "select 'f' as _file, i as _row, x from (values (1, '9'), (2, '10'), (3, 'x')) as t(i, x)"
    )
    schema = pandera.DataFrameSchema({"x": pandera.Column(None, Check.lt(10))})
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF, from_file=True)
    found = {name: one.n_failed for name, one in scan.counts(engine, plan).items()}
    assert found == {"x.dtype": 1, "x.not_null": 0, "x.lt": 1}


def test_every_rule_has_a_view_of_its_own(engine: DuckDBEngine) -> None:
    engine.make(RELATION, "select 1 as a, 1 as b")
    schema = pandera.DataFrameSchema(checks=Check.row_rule(["a < b", "a <= b", "a > b"]))
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    names = [rows.view(engine, plan, rule) for rule in plan.rules]
    counted = [engine.scalar(f"select count(*) from {name}") for name in names]
    assert len(set(names)) == len(names) and counted == [1, 0, 1]


def test_a_thousand_rules_are_one_quick_scan(engine: DuckDBEngine) -> None:
    engine.make(RELATION, "select i as a, i % 7 as b from range(20000) as t(i)")
    columns = {
        name: pandera.Column(None, [Check.ge(i) for i in range(500)], nullable=True) for name in ("a", "b")
    }
    plan = compile_schema(RELATION, pandera.DataFrameSchema(columns), engine.columns(RELATION), as_of=AS_OF)
    began = time.perf_counter()
    found = scan.counts(engine, plan)
    assert len(found) == 1000 and found["a.ge"].n == 20_000
    # It took half a minute where every count had a filter of its own.
    assert time.perf_counter() - began < 10
