"""Our verdicts and failing rows equal those of Pandera's pandas backend, for every check that is compiled.

The same values are given to Pandera as a pandas frame and to the database as a table; both say which
rows fail. Values and bounds are drawn from one small pool, so that they meet often.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gristmill.checks import compile_schema, run
from gristmill.checks.methods import register
from gristmill.checks.rules import PythonRule
from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

register()
Check = pandera.Check
AS_OF = dt.date(2026, 1, 1)
RELATION = "t.x"

HANGUL = "한글"
TEXTS = ["", "a", "A", "ab", "b", "a\n", "\n", " ", "1", "٣", "é", "e\u0301", HANGUL, unicodedata.normalize("NFD", HANGUL),
         "😀", "a😀", "ﬀ", "\x00", "\x00a", "nan", "None", "'; drop table t.x; --", "a@b.co", "a@b", "+821012345678", "+0", "\uffff", "\U0010ffff"]  # fmt: skip
INTEGERS = [0, 1, -1, 2, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 10**18]
FLOATS = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    0.30000000000000004,
    1e308,
    -1e308,
    5e-324,
    math.inf,
    -math.inf,
    2.0**53,
    1e16,
]
MOMENTS = [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, 23, 59, 59, 999999), dt.datetime(2026, 1, 2), dt.datetime(1970, 1, 1),
           dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31)]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of column: its values, and its type in pandas and in Arrow."""

    values: st.SearchStrategy[Any]
    bounds: st.SearchStrategy[Any]
    pandas: Any
    arrow: pa.DataType


def pool(known: list[Any], more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(known), st.sampled_from(known), more)


MANY = {
    "text": Kind(pool(TEXTS, st.text(max_size=4)), pool(TEXTS, st.text(max_size=2)), "str", pa.string()),
    "integer": Kind(
        pool(INTEGERS, st.integers(-(2**63), 2**63 - 1)),
        st.one_of(pool(INTEGERS, st.integers(-(2**70), 2**70)), st.sampled_from([0.5, -1.0, 2.0**53, math.inf, math.nan])),
        "Int64",
        pa.int64(),
    ),
    "double": Kind(
        st.one_of(pool(FLOATS, st.floats()), st.just(math.nan)),
        st.one_of(pool(FLOATS, st.floats()), st.sampled_from([0, 1, 2**53 + 1, 10**400])),
        "float64",
        pa.float64(),
    ),
    "float": Kind(
        st.one_of(pool([0.0, 1.0, float(np.float32(0.1))], st.floats(width=32)), st.just(math.nan)),
        pool([0.0, 0.1, 1.0, 1e300, 16777217.0], st.floats()),
        "float32",
        pa.float32(),
    ),
    "boolean": Kind(st.booleans(), st.booleans(), "boolean", pa.bool_()),
    "moment": Kind(
        pool(MOMENTS, st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))),
        st.one_of(st.sampled_from(MOMENTS), st.sampled_from(["2026-01-01", "1970-01-01 00:00:00"]), st.sampled_from(MOMENTS).map(pd.Timestamp)),
        "datetime64[us]",
        pa.timestamp("us"),
    ),
}  # fmt: skip
PATTERNS = [
    "a",
    "^a$",
    r"\d",
    r"\w+$",
    r"[가-힣]",
    r"(?i)A",
    r".",
    r"\s",
    r"(?=a)",
    r"a$|^$",
    r"^[^@\s]+@[^@\s]+$",
    r"(a)\1",
    r"\bab",
    "",
]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


def store(engine: DuckDBEngine, columns: dict[str, pa.Array]) -> None:
    n = len(next(iter(columns.values())))
    engine.register(
        "given", pa.table({**columns, "_file": ["f"] * n, "_row": pa.array(range(n), pa.int64())})
    )
    engine.make(RELATION, "select * from given")


def failing_here(engine: DuckDBEngine, schema: pandera.DataFrameSchema) -> dict[str, set[int] | str]:
    """Failing rows of every rule of ours that fails, or its verdict ``error``; dtype is not about rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = run(engine, RELATION, schema, as_of=AS_OF, run_id="r")
    rows = engine.rows("select column_name, check_name, _row from audit.failures")
    found: dict[str, set[int] | str] = {}
    for result in results:
        own = [row for column, check, row in rows if (column, check) == (result.column, result.check)]
        assert result.check == "dtype" or len(own) == result.n_failed or not result.n_failed or not own
        if result.verdict == "error":
            found[result.check] = "error"
        elif result.n_failed:
            found[result.check] = set(own)
    return found


def failing_there(
    frame: pd.DataFrame, schema: pandera.DataFrameSchema, names: list[str], report: str = "all"
) -> dict[str, set[int] | str]:
    """The same of Pandera: its failure cases, by the names we give the rules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            found: dict[str, set[int] | str] = {}
            for error in errors.schema_errors:
                code = error.reason_code.name
                if code == "CHECK_ERROR":
                    found[names[error.check_index]] = "error"
                    continue
                cases = error.failure_cases
                rows = set(map(int, cases["index"])) if hasattr(cases, "columns") else set()
                if code == "SERIES_CONTAINS_DUPLICATES":
                    # Pandera fails doubled nulls and then leaves them out of what it reports.
                    keep: Any = {"all": False, "exclude_first": "first", "exclude_last": "last"}[report]
                    found["unique"] = set(map(int, np.flatnonzero(frame["x"].duplicated(keep=keep))))
                elif code == "SERIES_CONTAINS_NULLS":
                    found["not_null"] = rows
                else:
                    found[names[error.check_index]] = rows
            return found
        return {}


def passes_there(frame: pd.DataFrame, schema: pandera.DataFrameSchema) -> bool:
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors:
        return False
    return True


def checks(name: str, kind: Kind) -> st.SearchStrategy[Any]:
    """One built-in check (or ours) for a column of a kind, nulls ignored or not."""
    masked = kind.pandas in ("Int64", "boolean")
    settings_ = st.fixed_dictionaries({"ignore_na": st.just(True) if masked else st.booleans()})
    bound = kind.bounds
    made = [
        st.tuples(st.sampled_from(["eq", "ne"]), bound).map(lambda p: (getattr(Check, p[0]), (p[1],), {})),
        st.lists(kind.values, max_size=4).map(lambda v: (Check.isin, (v,), {})),
        st.lists(kind.values, max_size=4).map(lambda v: (Check.notin, (v,), {})),
    ]
    if name != "boolean":
        made += [
            st.tuples(st.sampled_from(["gt", "ge", "lt", "le"]), bound).map(
                lambda p: (getattr(Check, p[0]), (p[1],), {})
            ),
            st.tuples(bound, bound, st.booleans(), st.booleans()).map(lambda p: (Check.in_range, p, {})),
        ]
    if name == "text":
        made += [
            st.sampled_from(PATTERNS).map(lambda p: (Check.str_matches, (p,), {})),
            st.sampled_from(PATTERNS).map(lambda p: (Check.str_contains, (p,), {})),
            bound.map(lambda text: (Check.str_startswith, (text,), {})),
            bound.map(lambda text: (Check.str_endswith, (text,), {})),
            st.integers(0, 3).map(lambda n: (Check.str_length, (n,), {})),
            st.tuples(st.integers(0, 2), st.integers(0, 3)).map(lambda p: (Check.str_length, p, {})),
            st.integers(0, 3).map(lambda n: (Check.str_length, (), {"max_value": n})),
            st.just((Check.is_email, (True,), {})),
            st.just((Check.is_phone, (True,), {})),
        ]
    return st.tuples(st.one_of(made), settings_)


def build(drawn: list[Any]) -> tuple[list[Any], list[str]]:
    """The checks under names of their own; what Pandera refuses to make is left out."""
    made, names = [], []
    for (constructor, args, kwargs), more in drawn:
        try:
            check = constructor(*args, **kwargs, **more)
        except (ValueError, TypeError):  # a range that is upside down, or of bounds that do not compare
            continue
        check.name = f"{check.name}_{len(made)}"
        made.append(check)
        names.append(check.name)
    return made, names


@st.composite
def columns(draw: st.DrawFn) -> tuple[str, list[Any], list[Any], bool, bool, str]:
    name = draw(st.sampled_from(sorted(MANY)))
    kind = MANY[name]
    values = draw(st.lists(st.one_of(kind.values, kind.values, kind.values, st.none()), max_size=8))
    drawn = draw(st.lists(checks(name, kind), min_size=1, max_size=8))
    report = draw(st.sampled_from(["all", "exclude_first", "exclude_last"]))
    return name, values, drawn, draw(st.booleans()), draw(st.booleans()), report


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=columns())
def test_every_check_of_a_column_fails_the_same_rows_as_in_pandera(engine: DuckDBEngine, drawn: Any) -> None:
    name, values, wanted, nullable, unique, report = drawn
    kind = MANY[name]
    made, names = build(wanted)
    column = pandera.Column(None, made, nullable=nullable, unique=unique, report_duplicates=report)
    schema = pandera.DataFrameSchema({"x": column})
    store(engine, {"x": pa.array(values, kind.arrow)})
    frame = pd.DataFrame({"x": pd.Series(values, dtype=kind.pandas)})
    assert failing_here(engine, schema) == failing_there(frame, schema, names, report)


TWO = st.lists(
    st.tuples(st.one_of(st.sampled_from(["", "a", HANGUL]), st.none()), st.one_of(st.sampled_from([0.0, -0.0, 1.0, math.nan]), st.none())),
    max_size=7,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=TWO, report=st.sampled_from(["all", "exclude_first", "exclude_last"]))
def test_rows_unique_together_are_the_same_as_in_pandera(
    engine: DuckDBEngine, rows: Any, report: str
) -> None:
    schema = pandera.DataFrameSchema(
        {"a": pandera.Column(None, nullable=True), "b": pandera.Column(None, nullable=True)},
        unique=["a", "b"],
        report_duplicates=report,
    )
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    store(engine, {"a": pa.array(a, pa.string()), "b": pa.array(b, pa.float64())})
    frame = pd.DataFrame({"a": pd.Series(a, dtype="str"), "b": pd.Series(b, dtype="float64")})
    keep: Any = {"all": False, "exclude_first": "first", "exclude_last": "last"}[report]
    wanted = set(map(int, np.flatnonzero(frame.duplicated(keep=keep))))
    assert passes_there(frame, schema) is not bool(wanted)
    assert failing_here(engine, schema) == ({"unique(a, b)": wanted} if wanted else {})


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(*[st.one_of(MANY["moment"].values, st.none())] * 2), max_size=6),
    sign=st.sampled_from(["<=", "<", "=", "!=", ">", ">="]),
)
def test_a_row_rule_fails_the_same_rows_as_in_pandera(engine: DuckDBEngine, rows: Any, sign: str) -> None:
    rule = f"a {sign} b"
    columns_ = {name: pandera.Column(None, nullable=True) for name in "ab"}
    schema = pandera.DataFrameSchema(columns_, checks=Check.row_rule([rule]))
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    store(engine, {"a": pa.array(a, pa.timestamp("us")), "b": pa.array(b, pa.timestamp("us"))})
    frame = pd.DataFrame(
        {"a": pd.Series(a, dtype="datetime64[us]"), "b": pd.Series(b, dtype="datetime64[us]")}
    )
    assert failing_here(engine, schema) == failing_there(frame, schema, [f"row_rule({rule})"])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(st.one_of(st.sampled_from(["", "a", HANGUL]), st.none()), max_size=5),
    wanted=st.sets(st.sampled_from(["", "a", HANGUL])),
)
def test_the_set_of_values_is_judged_as_in_pandera(engine: DuckDBEngine, values: Any, wanted: Any) -> None:
    schema = pandera.DataFrameSchema(
        {"x": pandera.Column(None, Check.unique_values_eq(wanted), nullable=True)}
    )
    store(engine, {"x": pa.array(values, pa.string())})
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str")})
    there = failing_there(frame, schema, ["unique_values_eq"])
    assert set(failing_here(engine, schema)) == set(there)


def test_every_built_in_check_is_compiled_on_a_column_it_fits(engine: DuckDBEngine) -> None:
    texts = [
        Check.eq("a"), Check.ne("a"), Check.gt("a"), Check.ge("a"), Check.lt("a"), Check.le("a"), Check.in_range("a", "b"),
        Check.isin(["a"]), Check.notin(["a"]), Check.str_matches("a"), Check.str_contains("a"), Check.str_startswith("a"),
        Check.str_endswith("a"), Check.str_length(1), Check.unique_values_eq({"a"}), Check.is_email(), Check.is_phone(),
    ]  # fmt: skip
    store(engine, {"x": pa.array(["a"], pa.string())})
    schema = pandera.DataFrameSchema({"x": pandera.Column(str, texts)})
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    assert [rule.check for rule in plan.rules if isinstance(rule, PythonRule)] == []
    assert len(plan.rules) == len(texts) + 2


def test_a_decimal_is_judged_as_the_float_pandas_would_hold(engine: DuckDBEngine) -> None:
    engine.make(
        RELATION,
        "select 'f' as _file, unnest([1, 2]) as _row, unnest([0.1, 12345678.1234])::decimal(18,4) as x",
    )
    schema = pandera.DataFrameSchema(
        {"x": pandera.Column(float, [Check.isin([0.1]), Check.lt(10**30), Check.ge(-1e300)])}
    )
    assert failing_here(engine, schema) == {"isin": {2}}
