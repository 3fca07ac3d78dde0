"""Movement between segments: from run to run, of one customer, and as the effect of a changed template."""

from __future__ import annotations

import datetime as dt
import json

from conftest import DAY, House

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine

LATER = DAY + dt.timedelta(days=120)


def rows(house: House, sql: str) -> list[tuple[object, ...]]:
    """Rows of the published run."""
    with DuckDBEngine(runs.current(house.project).database(house.project), read_only=True) as engine:
        return engine.rows(sql)


def test_a_later_run_tells_who_moved_one_for_the_same_day_does_not_and_a_rollback_takes_it_back(
    acme: House,
) -> None:
    first = acme("segment", "moves")
    assert first.exit_code == 2 and "No earlier run is known" in first.stderr
    then = dict(rows(acme, "select customer_id, segment from segment.lifecycle"))
    assert acme("run", "--as-of", LATER.isoformat(), "--only", "segments").exit_code in (0, 1)
    now = dict(rows(acme, "select customer_id, segment from segment.lifecycle"))
    assert then.keys() == now.keys() and then != now
    told = json.loads(acme("segment", "moves", "lifecycle", "--json").stdout)
    assert {one["from_day"] for one in told} == {DAY.isoformat()}
    expected: dict[tuple[str, str], int] = {}
    for who, segment in then.items():
        expected[segment, now[who]] = expected.get((segment, now[who]), 0) + 1
    assert {(one["from_segment"], one["to_segment"]): one["n_customers"] for one in told} == expected
    # Who stayed has been there since the first run.
    stayed = next(who for who in now if now[who] == then[who])
    moved = next(who for who in now if now[who] != then[who])
    of_one = json.loads(acme("segment", "history", moved, "--json").stdout)
    assert [
        (one["segment"], one["since"], one["until"]) for one in of_one if one["scheme"] == "lifecycle"
    ] == [
        (then[moved], DAY.isoformat(), LATER.isoformat()),
        (now[moved], LATER.isoformat(), None),
    ]
    assert rows(
        acme,
        f"select since from segment.members where scheme = 'lifecycle' and customer_id = '{stayed}'",
    ) == [(DAY,)]
    # The same day once more: nobody has moved since, and the comparison is with the day before still.
    assert acme("run", "--as-of", LATER.isoformat(), "--only", "segments").exit_code in (0, 1)
    assert json.loads(acme("segment", "moves", "lifecycle", "--json").stdout) == told
    too_early = acme("segment", "moves", "--since", "2001-01-01")
    assert too_early.exit_code == 2 and f"Hint: --since {DAY}" in too_early.stderr
    assert len(
        json.loads(acme("segment", "moves", "lifecycle", "--since", str(LATER), "--json").stdout)
    ) == len(told)
    for words, hint in (
        (("moves", "lifecycl"), "did you mean lifecycle?"),
        (("history", "nobody"), "There is no customer 'nobody'"),
        (("moves", "--since", "last week"), "is no date"),
    ):
        wrong = acme("segment", *words)
        assert wrong.exit_code == 2 and hint in wrong.stderr
    # A rollback takes movement back with the run, and the next run goes on from there.
    assert rows(acme, "select count(*) from segment.days") == [(2,)]
    for _ in range(2):
        assert acme("rollback").exit_code == 0
    assert rows(acme, "select count(*) from segment.days") == [(1,)]
    later = LATER + dt.timedelta(days=1)
    assert acme("run", "--as-of", later.isoformat(), "--only", "segments").exit_code in (0, 1)
    assert rows(acme, "select day from segment.days order by day") == [(DAY,), (later,)]


def test_the_effect_of_a_changed_template_on_segments_is_shown_before_it_is_adopted(acme: House) -> None:
    text = (acme.project.layers[-1].root / "sql/segment/rfm_v1.sql").read_text("utf-8")
    changed = text.replace("sum(amount)", "2 * max(amount)")
    assert changed != text
    acme.write("sql/segment/rfm_v2.sql", changed)
    told = acme("sql", "diff", "segment/rfm@1", "segment/rfm@2").stdout
    assert "segment.rfm_named: " in told and "segment changes for" in told and " → " in told
    # What repeats it is not told.
    assert "segment.members" not in told and "segment.moves" not in told and "segment.profile" not in told
    assert rows(acme, "select count(*) from segment.rfm_named") == rows(
        acme, "select count(*) from segment.rfm"
    )


def test_two_schemes_of_one_name_and_one_without_segments_are_refused(acme: House) -> None:
    acme.write(
        "sql/segment/again_v1.sql",
        "-- Again.\n--\n-- scheme   lifecycle Once more\n-- grain    one row per customer_id\nselect customer_id from unify.customers\n",
    )
    done = acme("run", "--only", "segments")
    assert done.exit_code in (2, 3) and "is the scheme 'lifecycle' too" in done.output
    acme.write(
        "sql/segment/again_v1.sql",
        "-- Again.\n--\n-- scheme   등급 Grades\n-- grain    one row per customer_id\nselect customer_id from unify.customers\n",
    )
    done = acme("run", "--only", "segments")
    assert done.exit_code == 3 and "again_v1.sql does not select segment" in done.output.replace(": ", " ")
