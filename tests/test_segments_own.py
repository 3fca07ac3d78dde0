"""Segments of a project's own: written from a condition, checked before, part of every run after."""

from __future__ import annotations

import json

import pytest
from conftest import House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine


def asked(house: House, sql: str) -> list[tuple[object, ...]]:
    """Rows of the published run."""
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return engine.rows(sql)


def test_a_segment_is_written_sized_and_from_then_on_in_every_run(acme: House) -> None:
    columns = [one["column"] for one in json.loads(acme("segment", "columns", "--json").stdout)]
    assert {"monetary", "r", "age_band", "region", "consent_email"} <= set(columns)
    assert "customer_id" not in columns and "email" not in columns
    where = "frequency >= 2 and (country = 'KR' or region like '서울%')"
    done = acme("segment", "new", "regulars", "--where", where, "--label", "단골 고객")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == "sql/segment/regulars_v1.sql"
    expected = asked(
        acme,
        "select customer_id from unify.customers join segment.rfm using (customer_id)"
        " where frequency >= 2 and (country = 'KR' or region like '서울%') order by all",
    )
    n_all = asked(acme, "select count(*) from unify.customers")[0][0]
    assert f"{len(expected):,} of {n_all:,} customers" in done.stderr and len(expected) > 0
    assert acme("sql", "lint").exit_code == 0
    ran = acme("run", "--only", "segments")
    assert ran.exit_code in (0, 1), ran.output
    assert (
        asked(acme, "select customer_id from segment.members where segment = '단골 고객' order by all")
        == expected
    )
    assert asked(acme, "select count(*) from segment.members where scheme = 'regulars'") == [(len(expected),)]
    # Shares of the schemes that cover everybody are as they were.
    assert asked(acme, "select count(*) from segment.summary where scheme = 'regulars'") == [(0,)]
    listed = json.loads(acme("segment", "list", "--json").stdout)
    assert {one["segment"]: one["n_customers"] for one in listed}["단골 고객"] == len(expected)
    both = json.loads(acme("segment", "overlap", "regulars", "lifecycle", "--json").stdout)
    assert sum(one["n_both"] for one in both if one["scheme"] == "regulars") == len(expected)
    page = (acme.project.reports / str(acme.published) / "segments.html").read_text("utf-8")
    assert "단골 고객" in page and "unlike all customers" in page
    unknown = acme("segment", "overlap", "regular")
    assert unknown.exit_code == 2 and "did you mean regulars?" in unknown.stderr


@pytest.mark.parametrize(
    ("name", "where", "told"),
    [
        ("vips", "monetry > 500", "did you mean monetary?"),
        ("vips", 'country = "KR"', "does not fit"),
        ("vips", "monetary", "neither true nor false"),
        ("vips", "", "empty"),
        ("vips", "true; drop table x", "no single expression"),
        ("vips", "true -- and so on", "no single expression"),
        ("vips", "r > $bins", "no single expression"),
        ("vips", "true) or (select 1", "does not fit"),
        ("vips", "cast(company as integer) > 1 or cast(city as integer) > 1", "does not fit"),
        ("VIP kunden", "r > 4", "did you mean vip_kunden?"),
        ("우수", "r > 4", "--label"),
        ("vips", "monetary > 'abc'", "texts stand in single quotes"),
        ("rfm", "r > 4", "is there already"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_one_writes_nothing(
    whole: House, name: str, where: str, told: str
) -> None:
    before = sorted((whole.root / "sql").rglob("*.sql"))
    done = whole("segment", "new", name, "--where", where)
    assert done.exit_code == 2, done.output
    assert told in done.stderr
    assert sorted((whole.root / "sql").rglob("*.sql")) == before


def test_hostile_labels_and_texts_stay_what_they_are(acme: House) -> None:
    done = acme("segment", "new", "odd", "--where", "r = 5; drop table x")
    assert done.exit_code == 2 and "no single expression" in done.stderr
    done = acme(
        "segment", "new", "odd", "--where", "city = 'it''s; <script>'\n  or r = 5", "--label", "a\n-- b <i>"
    )
    assert done.exit_code == 0, done.output
    assert acme("run", "--only", "segments").exit_code in (0, 1)
    assert asked(acme, "select distinct segment from segment.members where scheme = 'odd'") == [
        ("a -- b <i>",)
    ]
    assert asked(
        acme,
        "select (select count(*) from segment.members where scheme = 'odd') = (select count(*) from segment.rfm where r = 5)",
    ) == [(True,)]


def test_what_only_this_engine_knows_is_said_in_the_head(acme: House) -> None:
    done = acme("segment", "new", "odd_counts", "--where", "region = '서울' or bit_count(n_contacts) = 1")
    assert done.exit_code == 0, done.output
    text = (acme.root / "sql/segment/odd_counts_v1.sql").read_text("utf-8")
    assert "-- engine   duckdb\nselect customer_id" in text
    assert acme("sql", "lint").exit_code == 0


def test_a_segment_without_customers_ids_is_refused_with_its_place(acme: House) -> None:
    acme.write(
        "sql/segment/wrong_v1.sql",
        "-- Wrong.\n--\n-- segment  Wrong\n-- grain    one row per region\nselect distinct region from unify.customers\n",
    )
    done = acme("run", "--only", "segments")
    assert done.exit_code == 3 and "does not select customer_id" in done.output


def test_without_a_published_run_the_command_says_what_to_do(tiny: House) -> None:
    for words in (("segment", "list"), ("segment", "new", "x", "--where", "r > 1")):
        done = tiny(*words)
        assert done.exit_code == 2 and "gristmill run" in done.stderr


TWICE = """-- Put customers into two segments at once, which is wrong.
--
-- scheme   twice <i>Twice</i> 등급
-- grain    one row per customer_id and segment
-- returns  segment
select customer_id, '=one' as segment from segment.rfm
union all
select customer_id, '=one' as segment from segment.rfm
union all
select customer_id, '😀' as segment from segment.rfm where r = 5
"""
MANY = """-- Put customers into hundreds of segments, and some into none.
--
-- scheme   many 많은 등급
-- grain    one row per customer_id
-- returns  segment
select customer_id, case when r > 1 then '<b>' || customer_id end as segment from segment.rfm
"""


def test_a_scheme_that_gives_a_customer_two_segments_fails_a_critical_check(acme: House) -> None:
    acme.write("sql/segment/twice_v1.sql", TWICE)
    acme.write("sql/segment/many_v1.sql", MANY)
    ran = acme("run", "--only", "segments", "--only", "audit")
    assert ran.exit_code == 1, ran.output
    failed = asked(
        acme,
        "select relation, n_failed from audit.results where verdict = 'fail' and severity = 'critical' and relation = 'segment.members'",
    )
    twice = asked(acme, "select 2 * count(*) from segment.rfm where r = 5")[0][0]
    assert failed == [("segment.members", twice)] and twice > 0
    # Named twice with one segment is in it once; without a segment is in none.
    counts = (
        "select scheme, count(*) from segment.members where scheme in ('twice', 'many') group by 1 order by 1"
    )
    expected = asked(
        acme,
        "select 'many', count(*) filter (r > 1) from segment.rfm union all select 'twice', count(*) + count(*) filter (r = 5) from segment.rfm order by 1",
    )
    assert asked(acme, counts) == expected
    page = (acme.project.reports / str(acme.published) / "segments.html").read_text("utf-8")
    assert page.count("of many are not in segment.names") == 1, "one finding a scheme, however many segments"
    assert "Schemes of your own" in page
    # Again, with scores that the bounds do not know.
    assert acme("run", "--only", "segments", "--param", "bins=10").exit_code in (0, 1)
    history = "select count(*) - count(distinct (customer_id, scheme, segment)) from segment.history where until is null"
    assert asked(acme, history) == [(0,)], "history does not grow by running again"
    page = (acme.project.reports / str(acme.published) / "segments.html").read_text("utf-8")
    assert "Segments have wrong names: scores go up to 10, and bounds up to 5" in page


def test_cohorts_cannot_be_split_by_a_scheme_that_is_not_there(acme: House) -> None:
    done = acme("run", "--only", "segments", "--param", "cohort_scheme=lifecycel")
    assert done.exit_code == 3, done.output
    assert "cohort_scheme is 'lifecycel', which is no scheme" in done.output


def test_words_that_parameters_do_not_know_are_refused_before_anything_runs(whole: House) -> None:
    given = {
        "method": ("fixd", "fixed"),
        "cohort_unit": ("weeks", "week"),
        "clv_model": ("bgnbd", "bg_nbd"),
        "returns": ("nett", "net"),
        "duplicates": ("Keep", "keep"),
    }
    done = whole("run", *(f"--param={name}={wrong}" for name, (wrong, _) in given.items()))
    assert done.exit_code == 2, done.output
    for name, (wrong, right) in given.items():
        assert f"The parameter {name} cannot be {wrong!r}." in done.stderr
        assert f"did you mean {right}?" in done.stderr


def test_numbers_out_of_range_are_refused_before_anything_runs(whole: House) -> None:
    given = {"bins": "0", "share_a": "80", "r_weight": "-1", "churn_days": "nan"}
    done = whole("run", *(f"--param={name}={wrong}" for name, wrong in given.items()))
    assert done.exit_code == 2, done.output
    for name, wrong in given.items():
        assert f"The parameter {name} cannot be {wrong!r}." in done.stderr
    assert "Expected integer from 1 to 100." in done.stderr and "Expected double from 0." in done.stderr


def test_shares_are_printed_as_percentages_and_kept_as_numbers_in_json(whole: House) -> None:
    printed = whole("segment", "list").stdout
    assert "%" in printed
    listed = json.loads(whole("segment", "list", "--json").stdout)
    first = listed[0]
    assert f"{first['share']:.1%}" in printed.splitlines()[1]
