"""What checks found before: trends, rules that may not get worse, and what the report says of both."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import DAY, House

from gristmill import earlier, harvest, history, judging, runs
from gristmill.catalog import Catalog
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import values

MODULE = """
import pandera.pandas as pa
from gristmill.checks import column


class Items(pa.DataFrameModel):
    code: str = column("what it is called", max_missing=1.0, max_growth={"not_null": 0.05})
    price: float = column("what it costs", ge=0, max_share=0.5)
"""


def audited(house: House, run: str, *, missing: int, negative: int) -> list[dict[str, Any]]:
    """Judge 100 items of which some lack a code or cost less than nothing; the run is then published and remembered."""
    project = house.project
    house.write("checks/measure/items.py", MODULE)
    record = runs.Run(
        run=run, project="tiny", as_of=DAY.isoformat(), params={}, started_at="2026-11-01T00:00:00+00:00"
    )
    record.folder(project).mkdir(parents=True)
    with DuckDBEngine(record.database(project)) as engine:
        engine.make(
            "measure.items",
            f"select case when i >= {missing} then 'c' || i end as code,"
            f" case when i < {negative} then -1.0 else 1.0 end as price from range(100) as t(i)",
        )
        judging.judge(project, [], engine, {"run": run, "as_of": DAY})
        trends = Catalog(project).get("audit/trends")
        engine.make(trends.relation, trends.sql, values(trends, {}))
        kept = harvest.results(engine, run)
        names = [column.name for column in engine.columns("audit.trends")]
        rows = engine.rows("select * from audit.trends where relation = 'measure.items' order by check_name")
    history.remember(project, runs.publish(project, record), kept, {})
    return [dict(zip(names, row, strict=True)) for row in rows]


def of(found: list[dict[str, Any]], check: str) -> dict[str, Any]:
    return next(row for row in found if row["check_name"] == check)


def test_a_check_is_followed_from_run_to_run(tiny: House) -> None:
    first = of(audited(tiny, "2026-1", missing=0, negative=10), "ge")
    assert (first["change"], first["n_runs"], first["growth"], first["shares"]) == ("first", 1, None, [0.1])
    broke = of(audited(tiny, "2026-2", missing=0, negative=60), "ge")
    assert (broke["change"], broke["verdict"], broke["n_failed_before"]) == ("broke", "warn", 10)
    worse = of(audited(tiny, "2026-3", missing=0, negative=80), "ge")
    assert (worse["change"], worse["growth"], worse["n_bad_runs"], worse["bad_since"]) == (
        "worse",
        0.2,
        2,
        "2026-2",
    )
    mended = of(audited(tiny, "2026-4", missing=0, negative=0), "ge")
    assert (mended["change"], mended["n_bad_runs"], mended["shares"]) == ("mended", 0, [0.1, 0.6, 0.8, 0.0])


def test_a_rule_that_may_not_grow_fails_by_growth_alone_and_gets_used_to_a_new_level(tiny: House) -> None:
    verdicts = [
        of(audited(tiny, f"2026-{day}", missing=missing, negative=0), "not_null")["verdict"]
        for day, missing in enumerate((30, 34, 31, 50, 50, 50, 50, 10))
    ]
    # The median of the last five runs is the measure: one bad run does not move it, three of five do.
    assert verdicts == ["pass", "pass", "pass", "warn", "warn", "warn", "pass", "pass"]


def test_a_run_before_that_could_not_judge_a_rule_is_no_measure(tiny: House) -> None:
    audited(tiny, "2026-1", missing=30, negative=0)
    with DuckDBEngine(history.path(tiny.project)) as engine:
        engine.execute("update results set verdict = 'error', share_failed = 0 where check_name = 'not_null'")
    assert of(audited(tiny, "2026-2", missing=90, negative=0), "not_null")["verdict"] == "pass"


def test_history_that_cannot_be_read_is_no_history(tiny: House) -> None:
    audited(tiny, "2026-1", missing=0, negative=0)
    history.path(tiny.project).write_bytes(b"no database")
    with earlier.before(tiny.project, "2026-2") as before:
        assert before.shares == {}
    with DuckDBEngine() as engine:
        earlier.bring(tiny.project, "2026-2", engine)
        assert engine.scalar("select count(*) from audit.earlier_results") == 0


def test_history_of_an_earlier_version_is_widened_and_kept(tiny: House) -> None:
    audited(tiny, "2026-1", missing=0, negative=0)
    with DuckDBEngine(history.path(tiny.project)) as engine:
        engine.execute("alter table results drop column sentence")
    found = of(audited(tiny, "2026-2", missing=0, negative=0), "ge")
    assert found["n_runs"] == 2
    with DuckDBEngine(history.path(tiny.project), read_only=True) as engine:
        asked = (
            "select run, count(sentence) > 0 from results where check_name = 'ge' group by run order by run"
        )
        assert engine.rows(asked) == [("2026-1", False), ("2026-2", True)]


def test_a_partial_run_that_judges_nothing_adds_nothing_to_the_trends(acme: House) -> None:
    done = acme("run", "--only", "measure")
    assert done.exit_code in (0, 1), done.output
    with DuckDBEngine(history.path(acme.project), read_only=True) as engine:
        assert engine.scalar("select count(distinct run) from results") == 1
        assert engine.scalar("select count(*) from runs") == 2


def test_the_report_says_what_broke_and_what_was_mended(acme: House) -> None:
    module = acme.root / "checks" / "clean" / "contacts.py"
    before = module.read_text("utf-8")
    page = acme("run", "--only", "audit")
    assert page.exit_code in (0, 1), page.output
    assert "Nothing broke and nothing got worse" in _text(acme, "audit")
    module.write_text(re.sub(r'ge="1900-01-01"', 'ge="1985-01-01"', before), "utf-8")
    assert acme("run", "--only", "audit").exit_code in (0, 1)
    broken = _text(acme, "audit")
    assert "Broke: birth_date is at least 1985-01-01" in broken
    assert "it held in the last run" in broken
    assert "it held in the last run" in _text(acme, "index")
    # The rule of 1900 was another sentence of the same check, so mending it is the same check again.
    module.write_text(before, "utf-8")
    assert acme("run", "--only", "audit").exit_code in (0, 1)
    assert "Mended: birth_date is at least 1900-01-01" in _text(acme, "audit")


def _text(house: House, page: str) -> str:
    return (house.project.reports / str(house.published) / f"{page}.html").read_text("utf-8")


@pytest.mark.parametrize("said", [-0.1, 1.5, "much"])
def test_growth_that_is_no_share_is_refused(said: Any) -> None:
    from gristmill.checks import column
    from gristmill.errors import CheckError

    with pytest.raises(CheckError, match="max_growth"):
        column("something", max_growth=said)
