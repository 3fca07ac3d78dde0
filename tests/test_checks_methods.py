"""Our own check methods: the same verdicts in the database as on pandas, and what each means at its edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_checks_differential import AS_OF, RELATION, engine, failing_here, store

from gristmill.checks import Before, compile_schema, run
from gristmill.checks.before import psi
from gristmill.checks.conditions import conditionals
from gristmill.checks.forms import POSTCODES
from gristmill.checks.methods import (
    conditional,
    dependencies,
    fresh,
    functional_dependency,
    is_business_number,
    is_korean_phone,
    is_postcode,
    plausible_date,
    register,
    unique_across_sources,
)
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import CheckError

register()
__all__ = ["engine"]
Check = pandera.Check
FAST = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def bad(holds: pd.Series) -> set[int]:
    return {int(place) for place in holds.index[~holds.astype(bool)]}


def one(values: list[Any], type_: pa.DataType, engine: DuckDBEngine, *checks: Any) -> dict[str, Any]:
    store(engine, {"x": pa.array(values, type_)})
    return failing_here(engine, pandera.DataFrameSchema({"x": pandera.Column(None, checks, nullable=True)}))


# -- forms ------------------------------------------------------------------------------------------

DIGITS = st.text("0123456789-+ ().٣", max_size=15)


@FAST
@given(st.lists(st.one_of(DIGITS, st.sampled_from(["124-81-00998", "1248100998", "010-1234-5678", "06236"])), min_size=1, max_size=8))  # fmt: skip
def test_forms_of_text_are_judged_the_same_in_the_database_and_on_pandas(
    engine: DuckDBEngine, values: list[str]
) -> None:
    data = pd.Series(values, dtype="str")
    found = one(
        values, pa.string(), engine,
        Check.is_korean_phone(), Check.is_business_number(), Check.is_postcode("KR"),
    )  # fmt: skip
    assert found.get("is_korean_phone", set()) == bad(is_korean_phone(data))
    assert found.get("is_business_number", set()) == bad(is_business_number(data))
    assert found.get("is_postcode", set()) == bad(is_postcode(data, country="KR"))


def test_a_business_number_needs_its_check_digit(engine: DuckDBEngine) -> None:
    real = ["124-81-00998", "220-81-62517", "120-81-47521", "1048136565"]
    assert one(real, pa.string(), engine, Check.is_business_number()) == {}
    wrong = ["124-81-00997", "12481-00998", "12481009980", "", "１２４-81-00998"]
    assert one(wrong, pa.string(), engine, Check.is_business_number()) == {
        "is_business_number": set(range(5))
    }


def test_korean_phones_are_taken_as_people_write_them() -> None:
    good = ["010-1234-5678", "01012345678", "011-123-4567", "02-123-4567", "02 1234 5678", "031-123-4567", "070-1234-5678",
            "0505-123-4567", "1588-1234", "+82 10-1234-5678", "+821012345678", "+82-2-123-4567", "080-123-4567"]  # fmt: skip
    wrong = [
        "010-123-4567",
        "10-1234-5678",
        "02-12-3456",
        "+8201",
        "010-1234-56789",
        "999-1234-5678",
        "+1 212 555 0100",
        "한글",
    ]
    assert bad(is_korean_phone(pd.Series(good))) == set()
    assert bad(is_korean_phone(pd.Series(wrong))) == set(range(len(wrong)))


def test_postcodes_are_those_of_the_country_named() -> None:
    known = {
        "KR": "06236",
        "US": "10001-1234",
        "GB": "SW1A 1AA",
        "JP": "100-0001",
        "CA": "K1A 0B1",
        "NL": "1012 AB",
    }
    for country, text in known.items():
        assert bad(is_postcode(pd.Series([text, f"{text}x"]), country=country)) == {1}
    assert set(known) <= set(POSTCODES)
    schema = pandera.DataFrameSchema({"x": pandera.Column(str, Check.is_postcode("KO"))})
    with DuckDBEngine() as engine:
        engine.make("t.x", "select '1' as x")
        found = run(engine, "t.x", schema, as_of=AS_OF, run_id="r")
    assert found[0].verdict == "error" and "no country" in found[0].note


MOMENTS = [dt.datetime(1900, 1, 1), dt.datetime(1900, 1, 2), dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 1, 1), dt.datetime(2026, 1, 1, 23),
           dt.datetime(2026, 1, 2), dt.datetime(1899, 12, 31), dt.datetime(2100, 1, 1)]  # fmt: skip


@FAST
@given(values=st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=6), since=st.sampled_from(["1900-01-01", "1980-05-05"]))  # fmt: skip
def test_a_plausible_date_is_the_same_on_both_but_for_the_day_of_the_run(
    engine: DuckDBEngine, values: list[dt.datetime], since: str
) -> None:
    today = (dt.datetime.now(dt.UTC).date() - AS_OF).days
    here = one(values, pa.timestamp("us"), engine, Check.plausible_date(since=since))
    there = plausible_date(pd.Series(values, dtype="datetime64[us]"), since=since, days=-today)
    assert here.get("plausible_date", set()) == bad(there)


def test_freshness_asks_for_the_newest_and_nothing_is_not_fresh(engine: DuckDBEngine) -> None:
    old, new = dt.datetime(2025, 12, 28), dt.datetime(2025, 12, 30, 9)
    check = Check.fresh(days=2)
    for values, verdict in (([old, new, None], "pass"), ([old], "warn"), ([None], "warn"), ([], "warn")):
        store(engine, {"x": pa.array(values, pa.timestamp("us"))})
        schema = pandera.DataFrameSchema({"x": pandera.Column(None, check, nullable=True)})
        found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r")[0]
        assert found.verdict == verdict, values
    assert found.note.startswith("the newest is not there")
    now = pd.Timestamp.now("UTC").tz_localize(None)
    assert fresh(pd.Series([now]), days=0) and not fresh(pd.Series([now - pd.Timedelta(days=3)]), days=2)
    assert not fresh(pd.Series([], dtype="datetime64[us]"), days=2)


# -- conditional ------------------------------------------------------------------------------------

RULES = [
    "when a = 'x' then n > 0",
    "when a in ('x', 'y') and n is not null then m >= n",
    "when a is null then n is null",
    "when n > 0.5 then a not in ('z')",
    "when a != 'x' then n <= 1 and m is not null",
    "WHEN n<1 THEN a <> 'y' and m==2",
    "when a = 'it''s' then b = true",
    "when b = false then t < '2026-01-02'",
    "when t >= '2026-01-01' then a is not null",
]


@FAST
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["x", "y", "z", "it's", "", None]),
            st.sampled_from([0.0, 1.0, 2.0, None]),
            st.sampled_from([0.0, 2.0, None]),
            st.sampled_from([True, False, None]),
            st.sampled_from([dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 2), None]),
        ),
        max_size=8,
    ),
    rule=st.sampled_from(RULES),
)
def test_a_conditional_rule_fails_the_same_rows_as_on_pandas(
    engine: DuckDBEngine, rows: Any, rule: str
) -> None:
    names, types = "anmbt", [pa.string(), pa.float64(), pa.float64(), pa.bool_(), pa.timestamp("us")]
    dtypes = ["str", "float64", "float64", "boolean", "datetime64[us]"]
    data = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    store(engine, {name: pa.array(data[name], type_) for name, type_ in zip(names, types, strict=True)})
    frame = pd.DataFrame(
        {name: pd.Series(data[name], dtype=one) for name, one in zip(names, dtypes, strict=True)}
    )
    schema = pandera.DataFrameSchema(checks=Check.conditional([rule]))
    found = failing_here(engine, schema)
    assert set().union(*found.values()) == bad(conditional(frame, statements=[rule]))
    plan = compile_schema(RELATION, schema, engine.columns(RELATION), as_of=AS_OF)
    assert not plan.python_rules()


@pytest.mark.parametrize("text", ["", "a > 1", "when a then b", "when a > 1 then b > 2 or c > 3", "when a = x y then b = 1", "when a >> 1 then b = 1",
                                  "when a = 1 then", "when a in () then b = 1", "when a = 'x then b = 1"])  # fmt: skip
def test_a_rule_that_cannot_be_read_is_shown_with_one_that_can(text: str) -> None:
    with pytest.raises(CheckError, match="when status = 'completed' then"):
        conditionals(text)


def test_a_conditional_over_a_column_that_is_gone_is_an_error_with_the_nearest_name(
    engine: DuckDBEngine,
) -> None:
    store(engine, {"status": pa.array(["a"])})
    schema = pandera.DataFrameSchema(checks=Check.conditional("when statu = 'a' then status is not null"))
    found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r")[0]
    assert found.verdict == "error" and "did you mean status?" in found.note


# -- dependencies and sources -----------------------------------------------------------------------

THREE = st.lists(
    st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from([0.0, 1.0, None]), st.sampled_from(["s", "t", "u", None])),
    max_size=10,
)  # fmt: skip


@FAST
@given(rows=THREE, rule=st.sampled_from(["a -> c", "a, b -> c", "c->b", "b -> a"]))
def test_a_dependency_fails_the_rows_that_differ_from_most_of_their_group(
    engine: DuckDBEngine, rows: Any, rule: str
) -> None:
    data = {name: [row[i] for row in rows] for i, name in enumerate("abc")}
    store(
        engine,
        {
            "a": pa.array(data["a"], pa.string()),
            "b": pa.array(data["b"], pa.float64()),
            "c": pa.array(data["c"], pa.string()),
        },
    )
    frame = pd.DataFrame(
        {
            "a": pd.Series(data["a"], dtype="str"),
            "b": pd.Series(data["b"], dtype="float64"),
            "c": pd.Series(data["c"], dtype="str"),
        }
    )
    found = failing_here(engine, pandera.DataFrameSchema(checks=Check.functional_dependency(rule)))
    assert set().union(*found.values()) == bad(functional_dependency(frame, statements=rule))


def test_a_dependency_tells_its_groups_and_columns_of_any_name(engine: DuckDBEngine) -> None:
    engine.make(
        RELATION,
        "select * from (values ('1', 'a', 1), ('1', 'a', 2), ('1', 'b', 3), ('2', 'a', 4), ('2', 'b', 5), ('3', 'c', 6))"
        " as t(n, n_most, _row)",
    )
    schema = pandera.DataFrameSchema(checks=Check.functional_dependency("n -> n_most"))
    found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r")[0]
    assert (found.n, found.n_failed, found.note) == (6, 3, "2 groups with more than one value")
    assert [row for (row,) in engine.rows("select _row from audit.failures order by 1")] == [3, 4, 5]
    with pytest.raises(CheckError, match="postcode -> city"):
        dependencies("a -> b -> c, d")


@FAST
@given(
    rows=st.lists(st.tuples(st.sampled_from(["1", "2", "3", None]), st.sampled_from(["s", "t"])), max_size=8)
)
def test_values_in_two_sources_are_found_in_all_their_rows(engine: DuckDBEngine, rows: Any) -> None:
    values, sources = [row[0] for row in rows], [row[1] for row in rows]
    store(engine, {"x": pa.array(values, pa.string()), "_source": pa.array(sources, pa.string())})
    frame = pd.DataFrame({"x": pd.Series(values, dtype="str"), "_source": pd.Series(sources, dtype="str")})
    found = failing_here(engine, pandera.DataFrameSchema(checks=Check.unique_across_sources("x")))
    assert found.get("unique_across_sources", set()) == bad(unique_across_sources(frame, columns="x"))


def test_a_relation_that_does_not_know_its_sources_cannot_be_judged_across_them(engine: DuckDBEngine) -> None:
    store(engine, {"x": pa.array(["1"])})
    schema = pandera.DataFrameSchema(checks=Check.unique_across_sources(["x"]))
    assert run(engine, RELATION, schema, as_of=AS_OF, run_id="r")[0].verdict == "error"


# -- against the runs before ------------------------------------------------------------------------


def test_the_stability_index_is_the_sum_over_bins() -> None:
    assert psi({"a": 50, "b": 50}, {"a": 500, "b": 500})[0] == pytest.approx(0, abs=1e-4)
    value, parts = psi({"a": 80_000, "b": 20_000}, {"a": 60_000, "b": 40_000})
    assert value == pytest.approx(0.2 * 0.287682 + 0.2 * 0.693147, abs=1e-4)
    assert max(parts, key=lambda name: parts[name]) == "b"
    assert psi({"a": 10}, {"b": 10})[0] > 2


@pytest.mark.parametrize(
    ("kind", "same", "moved"),
    [
        ("integer", "i % 100", "i % 100 + 60"),
        ("text", "'v' || (i % 7)", "'v' || (i % 2)"),
        ("date", "date '2026-01-01' + (i % 90)::int", "date '2026-03-01' + (i % 90)::int"),
        ("gap", "case when i % 10 > 0 then i % 5 end", "case when i % 10 > 5 then i % 5 end"),
    ],
)
def test_drift_is_seen_in_numbers_texts_dates_and_gaps(
    engine: DuckDBEngine, kind: str, same: str, moved: str
) -> None:
    schema = pandera.DataFrameSchema({"x": pandera.Column(None, Check.drift(max_psi=0.25), nullable=True)})
    with DuckDBEngine() as earlier:
        earlier.make(RELATION, f"select {same} as x from range(3000) as t(i)")
        before = Before(earlier, {})
        verdicts = []
        for now in (same, moved):
            engine.make(RELATION, f"select {now} as x from range(2000) as t(i)")
            found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r", before=before)[0]
            verdicts.append(found.verdict)
        assert verdicts == ["pass", "warn"], (kind, found.note)
        assert "moved most" in found.note


def test_without_a_run_before_every_comparison_holds_and_says_so(engine: DuckDBEngine) -> None:
    engine.make(RELATION, "select 1 as x")
    schema = pandera.DataFrameSchema(
        {"x": pandera.Column(None, [Check.drift(max_psi=0.1), Check.same_categories()])},
        checks=Check.row_count_band(share=0.5),
    )
    for before in (None, Before()):
        found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r", before=before)
        told = [one.note for one in found if one.check in ("drift", "same_categories", "row_count_band")]
        assert told == ["there is no run before to compare with"] * 3
        assert {one.verdict for one in found} == {"pass"}
    # The same holds in Pandera alone.
    schema.validate(pd.DataFrame({"x": [1]}))


def test_the_number_of_rows_stays_within_the_band_of_the_runs_before(engine: DuckDBEngine) -> None:
    schema = pandera.DataFrameSchema(checks=Check.row_count_band(share=0.2, runs=3))
    before = Before(None, {RELATION: [100, 90, 110, 100_000]})
    for n, verdict in ((80, "pass"), (120, "pass"), (79, "warn"), (121, "warn"), (0, "warn")):
        engine.make(RELATION, f"select i from range({n}) as t(i)")
        assert run(engine, RELATION, schema, as_of=AS_OF, run_id="r", before=before)[0].verdict == verdict


def test_categories_that_are_personal_are_counted_and_not_told(engine: DuckDBEngine) -> None:
    column = pandera.Column(None, Check.same_categories(gone=1), metadata={"pii": "name"})
    schema = pandera.DataFrameSchema({"x": column})
    with DuckDBEngine() as earlier:
        earlier.make(RELATION, "select unnest(['kim', 'lee']) as x")
        engine.make(RELATION, "select unnest(['kim', 'park']) as x")
        found = run(engine, RELATION, schema, as_of=AS_OF, run_id="r", before=Before(earlier, {}))[-1]
    assert (found.verdict, found.note) == ("warn", "1 new (1 rows); 1 gone (1 rows)")
