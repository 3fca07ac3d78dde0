"""The run form: a run started, watched and stopped by functions, what outlives the kernel, and a real JupyterLab."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from conftest import OPEN, House
from lab_server import screen, until

import gristmill as gm
from gristmill import runs
from gristmill.errors import ConfigError, LockedError, ParameterError

WAIT = "import time; time.sleep(60 if bins > 5 else 0)"
PARAMETERS = 'run: str = ""  # the run\nas_of: str = ""  # the day\nbins: int = 5  # quantiles a score'


@pytest.fixture
def house(tiny: House, monkeypatch: pytest.MonkeyPatch):
    """A project of two stages, not run yet; with bins above 5 the second one takes a minute."""
    monkeypatch.setenv("GRISTMILL_PROJECT", str(tiny.root))
    tiny.stage("10_one", OPEN, 'mill.engine.make("measure.one", "select 1 as x")', "mill.close()")
    tiny.stage("20_two", WAIT, parameters=PARAMETERS)
    yield tiny
    if gm.job.state().is_under_way and gm.job.state().is_ours:
        gm.job.stop()
        ended(house=tiny)


def ended(house: House):
    until(lambda: not gm.job.state().is_under_way, "the run ends", 120)
    return gm.job.state()


def test_a_run_is_started_followed_and_published(house: House) -> None:
    assert gm.job.state().status == "none"
    assert "no run yet" in str(gm.job.state())
    began = gm.job.start(as_of="2026-11-01", bins=4)
    assert began.is_under_way and began.is_ours
    done = ended(house)
    assert (done.status, done.outcome, done.as_of) == ("ended", "published", "2026-11-01")
    assert house.published == done.run and (house.root / done.report).is_file()
    assert [(step.name, step.status) for step in done.steps] == [("one", "done"), ("two", "done")]
    assert house.records()[done.run].params["bins"] == 4
    assert gm.job.changes().before == "", "nothing to compare with yet"
    gm.job.start(only=["two"])
    again = ended(house)
    assert {step.name: step.status for step in again.steps}["two"] == "done" and again.run != done.run
    assert gm.job.changes().before == done.run


def test_one_run_at_a_time_and_stop_publishes_nothing(house: House) -> None:
    gm.job.start(bins=9)
    until(
        lambda: any(step.status == "running" and step.name == "two" for step in gm.job.state().steps),
        "stage two",
        120,
    )
    now = gm.job.state()
    assert now.status == "running" and ", two (cell " in str(now)
    with pytest.raises(LockedError, match="under way"):
        gm.job.start()
    assert gm.job.stop().status == "stopping"
    done = ended(house)
    assert done.outcome == "failed" and house.published is None
    assert [step.status for step in done.steps] == ["done", "failed"]
    with pytest.raises(ConfigError, match="No run"):
        gm.job.stop()


def test_what_is_wrong_is_told_before_a_process_starts(house: House) -> None:
    with pytest.raises(ParameterError, match="did you mean bins"):
        gm.job.start(bin=4)
    with pytest.raises(ParameterError, match="whole number"):
        gm.job.start(bins="many")
    with pytest.raises(ParameterError, match="as_of"):
        gm.job.start(as_of="yesterday")
    with pytest.raises(ParameterError, match="no stage"):
        gm.job.start(only=["three"])
    assert gm.job.state().status == "none"
    gm.job.start(only=["two"])
    done = ended(house)
    assert done.outcome == "refused" and "nothing is published yet" in done.error


def test_a_run_outlives_who_started_it_and_one_started_elsewhere_is_seen_and_left_alone(house: House) -> None:
    code = "import gristmill as gm; print(gm.job.start(bins=9).pid)"
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=house.root, capture_output=True, text=True, check=True
    )
    until(lambda: gm.job.state().status == "running", "the run began", 120)
    assert gm.job.state().pid == int(other.stdout) and gm.job.state().is_ours
    gm.job.stop()
    ended(house)
    elsewhere = house.start("run", "--param", "bins=9")
    until(lambda: gm.job.state().status == "running", "the run began", 120)
    assert gm.job.state().pid == elsewhere.pid and not gm.job.state().is_ours
    with pytest.raises(LockedError, match="started elsewhere"):
        gm.job.stop()
    os.kill(elsewhere.pid, signal.SIGKILL)
    elsewhere.communicate()
    until(lambda: not gm.job.state().is_under_way, "the lock is free")
    assert gm.job.state().outcome == runs.BROKEN and "killed" in str(gm.job.state())


def test_parameters_come_with_types_defaults_and_what_the_project_says(house: House) -> None:
    config = house.root / "gristmill.toml"
    config.write_text(config.read_text(encoding="utf-8") + '\n[params]\nreturns = "drop"\n', encoding="utf-8")
    found = {one.name: one for one in gm.job.parameters()}
    assert next(iter(found)) == "returns" and found["returns"].given == "drop"
    assert found["returns"].choices == ("net", "drop") and found["moved_since"].type == "date"
    assert found["bins"].type == "integer" and not {"run", "as_of"} & set(found)
    assert all(one.meaning for one in found.values())


def test_the_form_answers_and_its_picture_is_what_changed(house: House) -> None:
    form = gm.job.form()
    ready = form.answer({"do": "ready"})
    assert ready["state"]["status"] == "none" and [one["name"] for one in ready["stages"]] == ["one", "two"]
    assert "no published run" in json.dumps(form.picture())
    bad = form.answered({"do": "start", "as_of": "", "params": {"bins": "x"}})
    assert bad["bad"] and "whole number" in bad["message"]
    assert form.answer({"do": "start", "as_of": "2026-11-01", "params": {"bins": "3", "returns": ""}})[
        "state"
    ]["is_under_way"]
    ended(house)
    said = form.answer({"do": "changes"})
    assert said["state"]["outcome"] == "published" and said["n_changes"] == 0
    assert "no earlier report" in json.dumps(form.picture())


def test_a_tool_before_the_first_run_says_so_instead_of_failing(house: House) -> None:
    said = gm.job.shown(gm.review.studio)
    assert "no published run" in json.dumps(said._repr_mimebundle_()) or "gristmill run" in json.dumps(
        said._repr_mimebundle_()
    )
    assert gm.job.shown(lambda: 3) == 3


# -- a real JupyterLab ------------------------------------------------------------------------------


def filtered(form, text: str) -> list[str]:
    """The parameters that the form shows once this is typed, as on the screen."""
    form.locator(".gmj-filter").fill(text)
    return [
        control.get_attribute("data-param")
        for control in form.locator("[data-param]").all()
        if control.is_visible()
    ]


def test_a_run_is_started_stopped_and_started_again_in_jupyterlab(house: House, tmp_path) -> None:
    with screen(house, tmp_path, "gm.job.form()") as lab:
        lab.run_all(".gmj-start")
        form = lab.tool("gmj")
        form.locator(".gmj-more summary").click()
        words = {one.name: f"{one.name} {one.meaning}".lower() for one in gm.job.parameters()}
        everything = filtered(form, "")
        assert everything == list(words), "all are there, in their order"
        for typed in ("bins", " BINS ", "currency", "no such parameter"):
            wanted = [name for name in everything if typed.strip().lower() in words[name]]
            assert filtered(form, typed) == wanted, (
                f"what has {typed!r} in its name or meaning, and nothing else"
            )
        assert 0 < len(filtered(form, "bins")) < len(everything) and not filtered(form, "no such parameter")
        filtered(form, "bins")
        form.locator('[data-param="bins"]').fill("9")
        form.locator(".gmj-as-of").fill("2026-11-01")
        form.locator(".gmj-start").click()
        until(lambda: form.get_attribute("data-status") == "running", "it runs", 120)
        until(
            lambda: form.locator('[data-stage="one"][data-status="done"]').count() == 1,
            "stage one is done",
            120,
        )
        form.locator(".gmj-stop").click()
        until(lambda: form.get_attribute("data-outcome") == "failed", "it stops", 120)
        assert house.published is None
        form.locator('[data-param="bins"]').fill("4")
        form.locator(".gmj-start").click()
        until(lambda: form.get_attribute("data-outcome") == "published", "it is published", 180)
        assert house.published == form.get_attribute("data-run")
        with lab.page.context.expect_page() as opened:
            form.locator(".gmj-report").click()
        opened.value.wait_for_load_state()
        assert house.published in opened.value.url and opened.value.locator("h1").count() >= 1
        assert not lab.elsewhere
