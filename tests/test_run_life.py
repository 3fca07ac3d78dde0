"""A run's life: the pointer, what is kept, what a killed process leaves, and making stages again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from pathlib import Path

import pytest
from conftest import DAY, OPEN, House

from gristmill import history, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ConfigError


def published(house: House, name: str, x: int = 1) -> runs.Run:
    """A published run of that name without a notebook."""
    run = runs.Run(
        run=name, project="tiny", as_of=DAY.isoformat(), params={}, started_at="2026-11-01T00:00:00+00:00"
    )
    run.folder(house.project).mkdir(parents=True)
    with DuckDBEngine(run.database(house.project)) as engine:
        engine.make("measure.one", f"select {x} as x")
    done = runs.publish(house.project, run)
    runs.prune(house.project)
    return done


def test_only_the_last_runs_keep_their_database(tiny: House) -> None:
    for number in range(4):
        published(tiny, f"2026-{number}")
    assert [one.run for one in runs.kept(tiny.project)] == ["2026-3", "2026-2"]
    assert sorted(tiny.records()) == ["2026-0", "2026-1", "2026-2", "2026-3"]
    assert tiny.published == "2026-3"


def test_rollback_goes_back_one_run_at_a_time_and_forward_by_name(tiny: House) -> None:
    published(tiny, "2026-1")
    published(tiny, "2026-2")
    back = tiny("rollback")
    assert (
        back.exit_code == 0 and back.stdout == "2026-1\n" and "2026-2 is no longer published" in back.stderr
    )
    assert tiny.published == "2026-1"
    again = tiny("rollback")
    assert again.exit_code == 2 and "no earlier published run" in again.stderr
    assert tiny("rollback", "2026-2").exit_code == 0
    assert tiny.published == "2026-2"


def test_a_lost_pointer_is_found_again_by_rollback(tiny: House) -> None:
    published(tiny, "2026-1")
    published(tiny, "2026-2")
    (tiny.project.state / "current").unlink()
    assert tiny.published is None
    assert tiny("rollback").stdout == "2026-2\n"
    assert tiny.published == "2026-2"


def test_today_is_the_day_of_the_clock_on_the_wall(monkeypatch) -> None:
    here = dt.datetime.now(dt.UTC)
    # At any moment it is another day in one of these two places.
    zone, hours = ("Etc/GMT-14", 14) if here.hour >= 10 else ("Etc/GMT+12", -12)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert runs.today() == (here + dt.timedelta(hours=hours)).date() != here.date()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_rollback_to_a_run_that_is_gone_says_which_are_kept(tiny: House) -> None:
    for number in range(4):
        published(tiny, f"2026-{number}")
    gone = tiny("rollback", "2026-0")
    assert gone.exit_code == 2 and "Kept: 2026-3, 2026-2." in gone.stderr
    unknown = tiny("rollback", "2026-33")
    assert unknown.exit_code == 2 and "did you mean 2026-3?" in unknown.stderr
    assert tiny.published == "2026-3"


def test_the_published_run_is_never_pruned_even_when_it_is_old(tiny: House) -> None:
    published(tiny, "2026-1")
    published(tiny, "2026-2")
    tiny("rollback")
    for name in ("2026-3", "2026-4"):
        run = dataclasses.replace(runs.get(tiny.project, "2026-2"), run=name)
        run.folder(tiny.project).mkdir()
        run.database(tiny.project).touch()
        runs.save(tiny.project, run)
    runs.prune(tiny.project)
    assert tiny.published == "2026-1"
    assert runs.current(tiny.project).database(tiny.project).is_file()


def test_what_a_killed_run_left_is_swept_and_named(tiny_run: House) -> None:
    project = tiny_run.project
    killed = dataclasses.replace(runs.current(project), run="2026-killed", status=runs.RUNNING)
    killed.folder(project).mkdir()
    killed.database(project).write_bytes(b"half")
    (killed.folder(project) / "notebooks").mkdir()
    runs.save(project, killed)
    nameless = project.state / "runs" / "2026-nameless"
    nameless.mkdir()
    (nameless / "warehouse.duckdb").write_bytes(b"half")
    before = tiny_run.published
    runs.sweep(project)
    assert runs.get(project, "2026-killed").status == runs.BROKEN
    assert [path.name for path in killed.folder(project).iterdir()] == ["run.json"]
    assert not nameless.exists()
    assert tiny_run.published == before and runs.current(project).database(project).is_file()


@pytest.mark.parametrize("pointer", ["", "\n", "2026-gone\n", "../../outside\n"])
def test_a_pointer_to_nothing_means_that_nothing_is_published(tiny_run: House, pointer: str) -> None:
    (tiny_run.project.state / "current").write_text(pointer)
    assert runs.current(tiny_run.project) is None
    assert tiny_run("open").exit_code == 2


@pytest.mark.parametrize("record", ["", "{", "[]", "null", '{"run": 1}'])
def test_a_record_that_cannot_be_read_hides_only_its_own_run(tiny_run: House, record: str) -> None:
    broken = tiny_run.project.state / "runs" / "2026-cut"
    broken.mkdir()
    (broken / "run.json").write_text(record)
    assert "2026-cut" not in tiny_run("runs").stdout
    runs.sweep(tiny_run.project)
    assert tiny_run.published


def test_a_record_of_a_later_version_is_read_as_far_as_it_is_known(tiny_run: House) -> None:
    path = runs.current(tiny_run.project).folder(tiny_run.project) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "colour": "blue"}))
    assert runs.current(tiny_run.project) is not None


def test_the_list_of_runs_is_json_with_the_published_one_marked(tiny_run: House) -> None:
    tiny_run.stage("10_one", "1 / 0")
    tiny_run("run", "--quiet")
    listed = json.loads(tiny_run("runs", "--json").stdout)
    assert [(one["published"], one["status"], one["kept"]) for one in listed] == [
        (False, "failed", False),
        (True, "published", True),
    ]
    assert listed[1]["as_of"] == DAY.isoformat() and listed[1]["run"] == tiny_run.published
    table = tiny_run("runs").stdout.splitlines()
    assert table[0].split()[:3] == ["run", "as_of", "status"]
    assert table[2].startswith(f"*  {tiny_run.published}")


def test_the_list_of_runs_is_empty_before_the_first(tiny: House) -> None:
    assert json.loads(tiny("runs", "--json").stdout) == []
    assert tiny("runs").exit_code == 0


def test_a_stage_made_again_keeps_the_day_the_parameters_and_the_other_pages(tiny_run: House) -> None:
    count = 'mill.engine.make("measure.two", "select 2 as x")\nprint("number", bins)'
    two = 'run: str = ""\nas_of: str = ""\nbins: int = 5'
    tiny_run.stage("20_two", OPEN, count, "mill.close()", parameters=two)
    assert tiny_run("run", "--as-of", "2026-05-05", "--param", "bins=7").exit_code == 0
    first = runs.current(tiny_run.project)
    assert tiny_run("run", "--only", "two").exit_code == 0
    second = runs.current(tiny_run.project)
    assert second.partial and second.run != first.run
    assert (second.as_of, second.params) == ("2026-05-05", {"bins": 7})
    pages = {path.name for path in second.report(tiny_run.project).glob("*.html")}
    assert pages == {"one.html", "two.html", "index.html"}
    with DuckDBEngine(second.database(tiny_run.project), read_only=True) as engine:
        assert engine.scalar("select x from measure.one") == 1
    given = tiny_run("run", "--only", "two", "--param", "bins=4", "--as-of", "2026-06-06")
    assert given.exit_code == 0
    third = runs.current(tiny_run.project)
    assert (third.as_of, third.params) == ("2026-06-06", {"bins": 4})


def test_a_stage_made_again_that_breaks_shows_no_front_page_of_the_run_before(tiny_run: House) -> None:
    tiny_run.stage("90_summary", OPEN, 'print("all is well")', "mill.close()")
    assert tiny_run("run", "--quiet").exit_code == 0
    tiny_run.stage("10_one", "1 / 0")
    done = tiny_run("run", "--quiet", "--only", "one")
    assert done.exit_code == 3
    front = Path(done.stdout.strip()).with_name("index.html").read_text(encoding="utf-8")
    assert "the run broke" in front and "all is well" not in front


def test_stages_made_again_need_a_published_run(tiny: House) -> None:
    done = tiny("run", "--only", "one")
    assert done.exit_code == 2 and "nothing is published yet" in done.stderr


def test_history_keeps_a_row_for_every_run_that_ended(tiny_run: House) -> None:
    tiny_run.stage("10_one", "1 / 0")
    tiny_run("run", "--quiet")
    with DuckDBEngine(history.path(tiny_run.project), read_only=True) as engine:
        rows = engine.rows("select status, exit_code, verdict, as_of from runs order by run")
    assert [row[:3] for row in rows] == [("published", 0, "not audited"), ("failed", 3, "broke in one")]


def test_a_finished_run_is_opened_to_look_at_and_never_to_write(tiny_run: House, monkeypatch) -> None:
    import gristmill as gm

    name = tiny_run.published
    before = runs.current(tiny_run.project).database(tiny_run.project).read_bytes()
    with gm.open(tiny_run.root, run=name) as mill:
        mill.engine.make("measure.one", "select 99 as x")
        assert mill.sql("select x from measure.one").scalar() == 99
    with gm.open(tiny_run.root) as mill:
        assert mill.sql("select x from measure.one").scalar() == 1
    assert runs.current(tiny_run.project).database(tiny_run.project).read_bytes() == before
    broken = dataclasses.replace(runs.current(tiny_run.project), run="2026-9", status=runs.FAILED)
    broken.folder(tiny_run.project).mkdir()
    runs.save(tiny_run.project, broken)
    with pytest.raises(ConfigError, match="database"):
        gm.open(tiny_run.root, run="2026-9")


def test_two_notebooks_of_one_stage_are_refused(tiny: House) -> None:
    tiny.stage("15_one", OPEN)
    done = tiny("run")
    assert done.exit_code == 2 and "notebooks/15_one.ipynb is the stage 'one' too" in done.stderr


def test_a_notebook_that_is_removed_or_renamed_is_no_stage_any_more(tiny: House) -> None:
    tiny.stage("110_later", OPEN)
    tiny.stage("20_two", OPEN)
    (tiny.root / "notebooks" / "10_one.ipynb").rename(tiny.root / "notebooks" / "drafts.ipynb")
    from gristmill import stages

    assert [stage.name for stage in stages.stages(tiny.project)] == ["two", "later"]
