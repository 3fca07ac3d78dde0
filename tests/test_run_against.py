"""The numbers of a run beside those of another: the run before, or any that is named."""

from __future__ import annotations

import json

from conftest import DAY, OPEN, House

METRICS = """gm.report.metrics([gm.report.metric("customers", {n}, better="higher"), gm.report.metric("duplicates", {n} * 2, better="lower")])"""
FINDINGS = """gm.report.findings([gm.report.finding("warning", "{text}"), gm.report.finding("info", "{n} cells wait")])"""


def ran(house: House, n: int, text: str) -> str:
    """A run whose only page says so; its id."""
    made = f'mill.engine.make("measure.one", "select {n} as x")'
    house.stage("10_one", OPEN, made, METRICS.format(n=n), FINDINGS.format(text=text, n=n), "mill.close()")
    done = house("run", "--as-of", DAY.isoformat())
    assert done.exit_code == 0, done.output
    return str(house.published)


def page(house: House, run: str) -> str:
    return (house.project.reports / run / "one.html").read_text("utf-8")


def test_pages_tell_what_changed_since_the_run_before_or_the_one_named(tiny_run: House) -> None:
    house = tiny_run
    first = ran(house, 1000, "3 rows are wrong")
    second = ran(house, 1203, "7 rows are wrong")
    third = ran(house, 1100, "Nothing is left")
    assert "▲ </span>+203" in page(house, second) and "gm-change gm-good" in page(house, second)
    assert "gm-new" not in page(house, second).partition("</style>")[2]
    after = page(house, third).partition("</style>")[2]
    assert "▼ </span>−103" in after and f"{second} ({DAY})" in after
    assert after.count('class="gm-new"') == 1 and "No longer found:</b> 7 rows are wrong" in after
    # Any earlier run may be named, also one whose database is gone.
    done = house("report", "--against", first)
    assert done.exit_code == 0, done.output
    after = page(house, third)
    assert "▲ </span>+100" in after and f"{first} ({DAY})" in after and f"{second} (" not in after
    kept = json.loads((house.project.reports / third / "figures.json").read_text("utf-8"))
    assert kept["pages"]["one"]["numbers"] == {"customers": 1100.0, "duplicates": 2200.0}


def test_runs_that_cannot_be_compared_are_refused(tiny_run: House) -> None:
    house = tiny_run
    bare = str(house.published)
    last = ran(house, 5, "Nothing")
    unknown = house("report", "--against", "20200101-000000")
    assert unknown.exit_code == 2 and "There is no run" in unknown.stderr
    # An older run beside a newer one is as good.
    assert house("report", bare, "--against", last).exit_code == 0
    (house.project.reports / bare / "figures.json").write_text("{", "utf-8")
    done = house("report", "--against", bare)
    assert done.exit_code == 2 and "keeps no figures" in done.stderr and "Hint:" in done.stderr
    house.stage("10_one", OPEN, "1 / 0")
    assert house("run", "--as-of", DAY.isoformat()).exit_code == 3
    broken = next(iter(house.records()))
    done = house("report", broken, "--against", last)
    assert done.exit_code == 2 and "was not published (failed)" in done.stderr
