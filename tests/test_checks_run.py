"""Running a schema against a relation: results, failing rows, what goes wrong, what Python judges."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa
import pytest

from gristmill.checks import batches, column, compile_schema, record_query, run, score, store_scores
from gristmill.checks.scan import scan_sql
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gristmill.checks import Result

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")
AS_OF = dt.date(2026, 1, 1)
SRC = Path(__file__).parents[1] / "src"
PEOPLE = """select * from (values
  ('s', 'a.csv', 1, 'p1', 'a@b.co', timestamp '2025-01-01', timestamp '2025-01-02', 10),
  ('s', 'a.csv', 2, 'p1', 'nobody', timestamp '2025-01-03', timestamp '2025-01-02', 20),
  ('s', 'a.csv', 3, null, null,     timestamp '2026-01-01 23:59:59', null, -5),
  ('s', 'b.csv', 1, 'p4', null,     timestamp '2026-01-02', null, null)
) as t(_source, _file, _row, person_id, email, first_at, last_at, age)"""


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        made.make("t.people", PEOPLE)
        yield made


def judged(engine: DuckDBEngine, schema: Any, relation: str = "t.people", **more: Any) -> dict[str, Result]:
    results = run(engine, relation, schema, as_of=AS_OF, run_id="r1", **more)
    return {f"{one.column or ''}.{one.check}": one for one in results}


def one_column(name: str, *checks: Any, **settings: Any) -> pa.DataFrameSchema:
    return pa.DataFrameSchema({name: pa.Column(None, list(checks), **{"nullable": True, **settings})})


class People(pa.DataFrameModel):
    """People."""

    person_id: str = column("the person", pii="id", key=True, unique=True)
    email: str = column("e-mail address", pii="email", is_email=True, max_missing=0.5)
    first_at: pd.Timestamp = column("first seen", not_in_future=True)
    last_at: pd.Timestamp = column("last seen")
    age: pd.Int64Dtype = column("age in years", in_range=(0, 120), severity="info")

    class Config:
        row_rule = ["first_at <= last_at"]
        row_count = {"min_value": 5}
        metadata = {"severity": {"row_count": "critical"}}


def test_a_schema_is_judged_and_each_verdict_follows_its_severity(engine: DuckDBEngine) -> None:
    found = judged(engine, People)
    told = {name: (one.n, one.n_failed, one.verdict) for name, one in found.items() if one.check != "dtype"}
    assert told == {
        "person_id.not_null": (4, 1, "fail"),
        "person_id.unique": (4, 2, "fail"),
        "email.not_null": (4, 2, "pass"),
        "email.is_email": (2, 1, "warn"),
        "first_at.not_in_future": (4, 1, "warn"),
        "age.in_range": (3, 1, "warn"),
        ".row_rule(first_at <= last_at)": (2, 1, "warn"),
        ".row_count": (1, 1, "fail"),
    }
    assert {one.ran_in for one in found.values()} == {"sql"}
    assert found["email.is_email"].sentence == "email looks like an e-mail address"
    assert found["email.is_email"].sample_keys == ("p1",)
    assert found["email.is_email"].share_failed == 0.5
    assert found[".row_rule(first_at <= last_at)"].sentence == "first_at is not after last_at"
    assert {one.dimension for one in found.values()} >= {
        "completeness",
        "uniqueness",
        "validity",
        "timeliness",
        "consistency",
    }


def test_failing_rows_are_kept_with_key_value_reason_and_place(engine: DuckDBEngine) -> None:
    judged(engine, People)
    rows = engine.rows(
        'select check_name, "key", column_name, "value", reason, _source, _file, _row from audit.failures order by all'
    )
    assert (
        "is_email",
        "p1",
        "email",
        "nobody",
        "email does not look like an e-mail address",
        "s",
        "a.csv",
        2,
    ) in rows
    assert ("not_null", "a.csv#3", "person_id", None, "person_id is missing", "s", "a.csv", 3) in rows
    assert [row[7] for row in rows if row[0] == "unique"] == [1, 2]
    assert [row[3] for row in rows if row[0].startswith("row_rule")] == [
        "2025-01-03 00:00:00 | 2025-01-02 00:00:00"
    ]


def test_results_are_written_one_row_a_check_and_a_second_run_replaces_them(engine: DuckDBEngine) -> None:
    found = judged(engine, People)
    judged(engine, People)
    assert engine.scalar("select count(*) from audit.results") == len(found)
    stored = engine.rows(
        "select n, n_failed, share_failed, verdict, sample_keys from audit.results where check_name = 'unique'"
    )
    assert stored == [(4, 2, 0.5, "fail", ["p1"])]


def test_rows_are_capped_and_counts_are_not(engine: DuckDBEngine) -> None:
    engine.make("t.many", "select i as x, 'f' as _file, i as _row from range(2000) as t(i)")
    found = judged(
        engine,
        one_column("x", pa.Check.lt(0), pa.Check(lambda s: s < 0, name="own")),
        "t.many",
        max_failures=7,
    )
    assert [one.n_failed for one in found.values()] == [2000, 2000]
    for check in ("lt", "own"):
        kept = engine.rows(f"select \"key\" from audit.failures where check_name = '{check}'")
        assert [key for (key,) in kept] == [f"f#{i}" for i in range(7)]


def test_the_cap_of_a_check_itself_counts_too(engine: DuckDBEngine) -> None:
    judged(engine, one_column("age", pa.Check.lt(-100, n_failure_cases=1)))
    assert engine.scalar("select count(*) from audit.failures") == 1


def test_one_select_asks_for_all_rules_of_rows(engine: DuckDBEngine) -> None:
    plan = compile_schema("t.people", People.to_schema(), engine.columns("t.people"), as_of=AS_OF)
    sql, params = scan_sql("t.people", [*plan.row_rules(), *plan.whole_rules()])
    assert sql.count("select") == 1
    assert sql.count('from "t"."people"') == 1
    assert dt.datetime(2026, 1, 2) in params.values()


def test_an_allowed_share_is_no_failure_and_shows_in_the_score_all_the_same(engine: DuckDBEngine) -> None:
    found = judged(engine, People)
    results = [found["email.not_null"], found["email.is_email"]]
    scores = {(one.relation, one.dimension): one.score for one in score(results)}
    assert results[0].verdict == "pass" and 0 < results[0].share_failed < 1
    assert scores["t.people", "completeness"] == pytest.approx(100 * (1 - results[0].share_failed))
    assert scores["t.people", "validity"] == 50


def test_scores_are_stored(engine: DuckDBEngine) -> None:
    found = store_scores(engine, list(judged(engine, People).values()))
    assert (
        engine.scalar("select score from audit.scores where relation = 'all' and dimension = 'all'")
        == found[0].score
    )
    assert store_scores(engine, []) == []


def test_an_empty_relation_passes_and_says_so_but_a_count_of_rows_does_not(engine: DuckDBEngine) -> None:
    engine.make("t.none", f"select * from ({PEOPLE}) where false")
    found = judged(engine, People, "t.none")
    assert found.pop(".row_count").verdict == "fail"
    assert {one.verdict for one in found.values()} == {"pass"}
    assert "the relation is empty" in found["email.is_email"].note
    engine.make("t.blank", "select cast(null as varchar) as email")
    assert (
        "every value is missing"
        in judged(engine, one_column("email", pa.Check.eq("a")), "t.blank")["email.eq"].note
    )


def test_a_relation_that_is_not_there_is_an_error_with_the_nearest_name(engine: DuckDBEngine) -> None:
    (found,) = run(engine, "t.peple", People, as_of=AS_OF, run_id="r1")
    assert found.verdict == "error"
    assert "did you mean t.people?" in found.note
    assert engine.scalar("select verdict from audit.results") == "error"


def test_a_column_that_is_gone_is_an_error_with_the_nearest_name_and_the_others_still_run(
    engine: DuckDBEngine,
) -> None:
    schema = pa.DataFrameSchema(
        {"emial": pa.Column(str), "age": pa.Column(None, pa.Check.ge(0), nullable=True)}
    )
    found = judged(engine, schema)
    assert found["emial.required"].verdict == "error"
    assert "did you mean email?" in found["emial.required"].note
    assert found["age.ge"].n_failed == 1
    assert judged(engine, pa.DataFrameSchema({"gone": pa.Column(str, required=False)})) == {}


def test_a_check_that_raises_is_an_error_with_its_message_and_the_others_still_run(
    engine: DuckDBEngine,
) -> None:
    def boom(series: pd.Series) -> Any:
        raise ZeroDivisionError("no luck")

    found = judged(
        engine, one_column("age", pa.Check(boom), pa.Check.ge(0), pa.Check(lambda s: s < 15, name="young"))
    )
    assert (found["age.boom"].verdict, found["age.boom"].note) == ("error", "ZeroDivisionError: no luck")
    assert found["age.ge"].n_failed == 1
    assert (found["age.young"].n_failed, found["age.young"].ran_in) == (1, "python")


def test_a_pattern_the_database_cannot_match_runs_in_python_and_says_so(engine: DuckDBEngine) -> None:
    found = judged(engine, one_column("email", pa.Check.str_matches(r"(?=a)")))["email.str_matches"]
    assert (found.ran_in, found.n, found.n_failed) == ("python", 2, 1)
    assert "a pattern the database cannot match" in found.note
    rows = engine.rows('select "key", "value", _file, _row from audit.failures')
    assert rows == [("a.csv#2", "nobody", "a.csv", 2)]


def test_python_judges_row_by_row_over_many_batches(engine: DuckDBEngine) -> None:
    engine.make("t.many", "select i as x, 'f' as _file, i as _row from range(1000) as t(i)")
    rules = [
        pa.Check(lambda s: s % 10 != 0, name="vectorised"),
        pa.Check(lambda x: x % 10 != 0, element_wise=True, name="single"),
        pa.Check(lambda s: s.mean() > 0, name="whole"),
    ]
    schema = one_column("x", *rules)
    plan = compile_schema("t.many", schema, engine.columns("t.many"), as_of=AS_OF)
    found, kept = batches.judge(engine, plan, cap=5, rows=300)
    assert (found["x.vectorised"].n, found["x.vectorised"].n_failed) == (1000, 100)
    assert found["x.single"].n_failed == 100
    assert [row[1] for row in kept if row[0] == "single"] == ["f#0", "f#10", "f#20", "f#30", "f#40"]
    assert (found["x.whole"].n, found["x.whole"].n_failed, found["x.whole"].error) == (1, 0, "")
    assert judged(engine, schema, "t.many")["x.whole"].verdict == "pass"


def test_a_check_of_whole_rows_and_one_by_groups_run_in_python(engine: DuckDBEngine) -> None:
    schema = pa.DataFrameSchema(
        {
            "person_id": pa.Column(None, nullable=True),
            "age": pa.Column(
                None, pa.Check(lambda g: g["p1"].mean() > 100, groupby="person_id", name="by"), nullable=True
            ),
        },
        checks=pa.Check(lambda df: df["age"].fillna(0) >= 0, name="row", description="ages are not negative"),
    )
    found = judged(engine, schema)
    assert found[".row"].sentence == "ages are not negative"
    assert (found[".row"].n, found[".row"].n_failed) == (4, 1)
    assert (found["age.by"].n, found["age.by"].n_failed) == (1, 1)


def test_a_schema_that_converts_is_judged_after_the_conversion(engine: DuckDBEngine) -> None:
    engine.make("t.text", "select unnest(['1', '20', null]) as x")
    found = judged(
        engine, one_column("x", pa.Check.lt(10), coerce=True).update_column("x", dtype="Int64"), "t.text"
    )
    assert found["x.dtype"].verdict == "pass"
    assert (found["x.lt"].ran_in, found["x.lt"].n_failed) == ("python", 1)


def test_types_that_do_not_fit_are_reported_as_a_check(engine: DuckDBEngine) -> None:
    wanted = {"person_id": int, "email": str, "age": "int64", "first_at": "datetime64[ns]", "_row": "int16"}
    found = judged(
        engine, pa.DataFrameSchema({name: pa.Column(dtype, nullable=True) for name, dtype in wanted.items()})
    )
    failed = [name for name, one in found.items() if one.n_failed]
    assert failed == ["person_id.dtype", "_row.dtype"]
    assert found["person_id.dtype"].note == "stored as VARCHAR"


def test_the_layout_is_judged_as_in_pandera(engine: DuckDBEngine) -> None:
    columns = {name: pa.Column(None, nullable=True) for name in ("email", "person_id")}
    found = judged(engine, pa.DataFrameSchema(columns, strict=True, ordered=True))
    assert "_source" in found[".strict"].note
    assert found[".ordered"].n_failed == 1
    regex = judged(engine, pa.DataFrameSchema({".*_at$": pa.Column(None, regex=True)}))
    assert sorted(regex) == ["first_at.not_null", "last_at.not_null"]


def test_references_are_followed_and_dead_ones_are_errors(engine: DuckDBEngine) -> None:
    engine.make("t.known", "select unnest(['p1', null]) as id")
    check = pa.Check.refers_to("t.known", "id")
    found = judged(engine, one_column("person_id", check))["person_id.refers_to"]
    assert (found.n, found.n_failed, found.sample_keys) == (3, 1, ("b.csv#1",))
    gone = judged(
        engine,
        one_column("person_id", pa.Check.refers_to("t.knwn", "id"), pa.Check.refers_to("t.known", "ids")),
    )
    assert "did you mean t.known?" in gone["person_id.refers_to"].note
    assert "did you mean id?" in gone["person_id.refers_to#2"].note
    assert {one.verdict for one in gone.values()} == {"error"}


def test_a_rule_the_database_refuses_leaves_the_others_alone(engine: DuckDBEngine) -> None:
    engine.make("t.known", "select unnest([1, 2]) as id")
    schema = one_column("person_id", pa.Check.refers_to("t.known", "id"), pa.Check.ne("p4"))
    found = judged(engine, schema)
    assert found["person_id.refers_to"].verdict == "error"
    assert found["person_id.ne"].n_failed == 1


def test_a_warning_of_pandera_is_never_more_than_a_warning(engine: DuckDBEngine) -> None:
    critical = {"severity": "critical"}
    schema = one_column("age", pa.Check.lt(0, raise_warning=True), pa.Check.lt(0), metadata=critical)
    assert [one.verdict for one in judged(engine, schema).values()] == ["warn", "fail"]


def test_hostile_names_and_values_stay_data(engine: DuckDBEngine) -> None:
    name = 'select "x"; drop table t.people; --\''
    engine.make(
        "t.hostile",
        "select unnest(['a''; drop table t.people; --', 'b']) as \"" + name.replace('"', '""') + '"',
    )
    found = judged(
        engine, one_column(name, pa.Check.eq("a'; drop table t.people; --"), unique=True), "t.hostile"
    )
    assert found[f"{name}.eq"].n_failed == 1
    assert "t.people" in engine.relations()


def test_unknown_words_in_the_metadata_are_told_with_the_nearest() -> None:
    with pytest.raises(CheckError, match="did you mean critical"):
        column("x", severity="critcal")
    with pytest.raises(CheckError, match="did you mean email"):
        column("x", pii="emial")
    with pytest.raises(CheckError, match="between 0 and 1"):
        column("x", max_share=2)


def test_words_in_hand_written_metadata_that_nobody_knows_are_an_error_result(engine: DuckDBEngine) -> None:
    schema = one_column("age", pa.Check.ge(0), metadata={"severity": "hihg"})
    (found,) = judged(engine, schema).values()
    assert (found.verdict, "hihg" in found.note) == ("error", True)


def test_our_methods_judge_pandas_alone() -> None:
    frame = pd.DataFrame(
        {
            "person_id": ["1", "2"],
            "email": ["a@b.co", None],
            "first_at": pd.to_datetime(["2020-01-01", None]),
            "last_at": pd.to_datetime(["2020-01-02", "2020-01-01"]),
            "age": pd.array([3, None], dtype="Int64"),
        }
    )
    with pytest.raises(pa.errors.SchemaErrors, match="row_count"):
        People.validate(frame, lazy=True)
    People.validate(pd.concat([frame.assign(person_id=list(pair)) for pair in ("12", "34", "56")]))
    with pytest.raises(pa.errors.SchemaErrors, match="is_email"):
        People.validate(frame.assign(email="nobody"), lazy=True)
    with pytest.raises(pa.errors.SchemaErrors, match="row_rule"):
        People.validate(frame.assign(first_at=pd.Timestamp("2024-01-01")), lazy=True)


def test_a_query_for_wrong_rows_becomes_a_result(engine: DuckDBEngine) -> None:
    engine.make(
        "audit.strangers",
        "select 't.people' as relation, person_id as \"key\", 'email' as column_name, email as \"value\", 'unknown' as reason"
        " from t.people where email = 'nobody'",
    )
    said = {"sentence": "People nobody knows.", "run_id": "r1"}
    for _ in range(2):
        found = record_query(engine, "audit.strangers", "t.people", **said)
    assert (found.n, found.n_failed, found.verdict, found.sample_keys) == (4, 1, "warn", ("p1",))
    assert found.sentence == "no people nobody knows"
    assert engine.scalar("select count(*) from audit.results") == 1
    assert engine.rows('select check_name, "key", reason from audit.failures') == [
        ("strangers", "p1", "unknown")
    ]
    with pytest.raises(CheckError, match="has no column"):
        record_query(engine, "t.people", "t.people", **said)


def test_importing_the_package_loads_neither_pandera_nor_pandas() -> None:
    code = "import sys, gristmill.checks; print(sorted({'pandera', 'pandas', 'duckdb'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(SRC)}, check=True
    )
    assert done.stdout.strip() == "[]"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import gristmill.checks as package
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError):
        getattr(package, "nothing")  # noqa: B009


def test_the_owner_of_a_rule_is_its_own_its_columns_or_the_models(engine: DuckDBEngine) -> None:
    engine.make("t.owned", "select -1 as amount, null as email, 'x' as code")
    schema = pa.DataFrameSchema(
        {
            "amount": pa.Column(int, pa.Check.ge(0), metadata={"owner": {"ge": "finance"}}),
            "email": pa.Column(nullable=False, metadata={"owner": "crm team"}),
            "code": pa.Column(str),
        },
        metadata={"owner": "data team"},
    )
    found = {
        (one.column, one.check): one.owner for one in run(engine, "t.owned", schema, as_of=AS_OF, run_id="r")
    }
    assert found["amount", "ge"] == "finance" and found["amount", "not_null"] == "data team"
    assert found["email", "not_null"] == "crm team" and found["code", "dtype"] == "data team"
    assert engine.rows("select distinct owner from audit.results where check_name = 'ge'") == [("finance",)]


@pytest.mark.parametrize(
    ("said", "told"),
    [("나잎", "did you mean 나이"), ("NAME", "did you mean name"), ("zzz", "the columns are name, 나이")],
)
def test_a_column_that_is_gone_is_told_with_the_nearest_or_with_all(
    engine: DuckDBEngine, said: str, told: str
) -> None:
    engine.make("t.gone", 'select 1 as name, 2 as "나이"')
    found = run(engine, "t.gone", pa.DataFrameSchema({said: pa.Column(int)}), as_of=AS_OF, run_id="r")
    assert found[0].verdict == "error" and told in found[0].note
