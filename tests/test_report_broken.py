"""A run that broke has a report: what ran, where it broke, what to do, and the last good report."""

from __future__ import annotations

import errno
import json
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import OPEN
from report_browser import Visit, launched
from report_pages import HOSTILE, PAGE, write

from gristmill import pipeline, runs
from gristmill.errors import RunError
from gristmill.report.broken import Breakdown, StageLine, notebook
from gristmill.report.gallery import write_gallery
from gristmill.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import House

BROKE = Breakdown(
    stage="Customers", href="unify.html", cell=7, ename="TemplateError", evalue="a.sql:3 reads b.c.\nNothing makes it.\nHint: did you mean b.d?",
    seconds=12.34, stages=[StageLine("Sources", "profile.html", 1.2, ok=True), StageLine("Customers", "unify.html", 3.4, ok=False),
    StageLine("Summary", None, None, ok=None)], n_relations=1234, last=("unify.pairs", 99), good=("r0", "../r0/index.html", "2026-10-01"),
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def test_the_front_page_says_what_broke_what_ran_and_what_to_do(browser: Any, tmp_path: Path) -> None:
    with Visit(browser, write(tmp_path, notebook(BROKE, Words()), PAGE)) as visit:
        said = visit.page.inner_text("main")
        for words in (
            "The run broke in Customers, cell 7, after 12.3 s. Nothing was published.", "TemplateError: a.sql:3 reads b.c.",
            "Nothing makes it.", "What to do: did you mean b.d?", "1,234 relations were made; the last was unify.pairs, 99 rows.",
            "✓ done", "✕ broke", "– was not run", "The published run is as it was: r0, as of 2026-10-01.",
        ):  # fmt: skip
            assert words in said, words
        hrefs = visit.js("[...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))")
        assert {"profile.html", "unify.html", "../r0/index.html"} <= set(hrefs)
        assert visit.complaints == []


def test_it_speaks_korean(browser: Any, tmp_path: Path) -> None:
    page = write(tmp_path, notebook(BROKE, Words("ko")), replace(PAGE, locale="ko"))
    with Visit(browser, page) as visit:
        said = visit.page.inner_text("main")
        assert "실행이 12.3초 만에 중단되었습니다. 단계: Customers, 셀 7." in said
        assert "The run broke" not in said


def test_hostile_words_of_an_error_and_of_titles_stay_words(browser: Any, tmp_path: Path) -> None:
    mail = "kim.minsu@naver.com 010-1234-5678"
    for n, bad in enumerate([*HOSTILE, "| a | b |", "](javascript:alert(1))", ""]):
        stages = [StageLine(bad, "a b.html", 1.0, ok=False)]
        broke = replace(
            BROKE, stage=bad, ename=bad, evalue=f"{bad}\n{mail}\nHint: {bad}", stages=stages, cell=None
        )
        folder = tmp_path / str(n)
        folder.mkdir()
        page = write(folder, notebook(broke, Words()), PAGE)
        assert "kim.minsu" not in page.read_text(encoding="utf-8")
        with Visit(browser, page, viewport={"width": 390, "height": 800}) as visit:
            assert visit.js("window.hacked") is None
            assert visit.js("document.querySelectorAll('main table tbody tr').length") == 1, bad
            assert visit.js("[...document.links].filter(a => a.protocol === 'javascript:').length") == 0
            assert visit.js("document.documentElement.scrollWidth") <= 390
            assert visit.complaints == []


def test_a_run_that_breaks_links_its_front_page_both_ways_and_the_last_good_report(
    browser: Any, tiny_run: House
) -> None:
    good = tiny_run.published
    tiny_run.stage(
        "20_two", OPEN, 'mill.engine.make("measure.two", "select 2 as x")', 'raise ValueError("no")'
    )
    tiny_run.stage("30_three", OPEN)
    done = tiny_run("run")
    page = Path(done.stdout.strip())
    with Visit(browser, page) as visit:
        visit.page.get_by_role("link", name="What broke").click()
        said = visit.page.inner_text("main")
        assert "The run broke in Two, cell" in said
        assert "ValueError: no" in said
        rows = visit.js("[...document.querySelectorAll('main tbody tr')].map(r => r.cells[1].textContent)")
        assert rows == ["✓ done", "✕ broke", "– was not run"]
        visit.page.locator(f"main a:text-is('{good}')").click()
        assert visit.page.url.endswith(f"/{good}/index.html")
        assert visit.page.locator("h1").is_visible()


def test_a_first_run_that_breaks_says_that_nothing_was_published(tiny: House) -> None:
    tiny.stage("10_one", "1 / 0")
    page = Path(tiny("run").stdout.strip())
    front = page.with_name("index.html").read_text(encoding="utf-8")
    assert "No run was published before this one." in front
    assert "ZeroDivisionError" in front


WAIT = "print('so far')\nimport time\nopen('here', 'w').write('x')\ntime.sleep(600)"


def until_it_waits(house: House) -> Any:
    """A run under way in a cell that never ends; the stage before it is done."""
    house.stage("20_two", OPEN, 'mill.engine.make("measure.two", "select 2 as x")', WAIT)
    house.stage("30_three", OPEN)
    process = house.start("run", start_new_session=True)
    end = time.monotonic() + 60
    while not (house.root / "here").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    return process


def check_front_page(browser: Any, house: House, broke: runs.Run, good: str | None, *says: str) -> None:
    """The front page tells what was done, what was cut off and what was not run, and the cell is marked on its page."""
    with Visit(browser, broke.report(house.project) / "index.html") as visit:
        said = visit.page.inner_text("main")
        for words in (*says, "Run gristmill run again."):
            assert words in said, words
        rows = visit.js("[...document.querySelectorAll('main tbody tr')].map(r => r.cells[1].textContent)")
        assert rows == ["✓ done", "✕ was cut off", "– was not run"]
        visit.page.locator("main tbody a", has_text="Two").click()
        assert visit.page.locator("#failure").is_visible()
        assert "time.sleep(600)" in visit.page.inner_text("main"), "the code of the marked cell is open"
        visit.page.get_by_role("link", name="What ran").click()
        visit.page.locator(f"main a:text-is('{good}')").click()
        assert visit.page.url.endswith(f"/{good}/index.html")
        assert visit.complaints == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_has_pages_of_what_there_is(browser: Any, tiny_run: House, sign: int) -> None:
    good = tiny_run.published
    process = until_it_waits(tiny_run)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    stopped = next(iter(tiny_run.records().values()))
    assert f"What there is: {stopped.report(tiny_run.project) / 'index.html'}" in err
    check_front_page(
        browser, tiny_run, stopped, good, "The run was stopped in Two after", "Nothing was published."
    )
    assert [path.name for path in stopped.folder(tiny_run.project).iterdir()] == ["run.json"]
    gallery = (tiny_run.project.reports / "index.html").read_text(encoding="utf-8")
    assert f'href="{stopped.run}/index.html"' in gallery


def test_a_run_that_was_killed_gets_its_pages_from_the_next_run(browser: Any, tiny_run: House) -> None:
    good = tiny_run.published
    process = until_it_waits(tiny_run)
    process.kill()
    process.communicate()
    killed = next(iter(tiny_run.records().values()))
    # A page that was being written when the process died is no page.
    (killed.folder(tiny_run.project) / "notebooks" / "30_three.ipynb").write_text(
        '{"cells": [{"cell_', encoding="utf-8"
    )
    tiny_run.stage("20_two", OPEN)
    assert tiny_run("run").exit_code == 0
    check_front_page(
        browser,
        tiny_run,
        tiny_run.records()[killed.run],
        good,
        "The process of the run was killed in Two.",
        "ran out of memory",
    )


def test_a_run_that_crashes_after_its_last_stage_says_why_and_keeps_its_pages(
    browser: Any, tiny_run: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/disk/warehouse")

    monkeypatch.setattr(pipeline.harvest, "facts", full)
    with pytest.raises(RunError, match="No space left"):
        pipeline.run(tiny_run.project)
    crashed = next(iter(tiny_run.records().values()))
    with Visit(browser, crashed.report(tiny_run.project) / "index.html") as visit:
        said = visit.page.inner_text("main")
        assert "The run broke after" in said
        assert "OSError: [Errno 28] No space left on device" in said
        assert "✓ done" in said
        assert "Open" not in said.partition("What to do")[2].partition("What ran")[0]
        assert visit.complaints == []


def test_pages_that_cannot_be_written_do_not_hide_why_the_run_ended(
    tiny_run: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/disk")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    said: list[str] = []
    monkeypatch.setattr(pipeline.harvest, "facts", stop)
    monkeypatch.setattr(pipeline.pages, "write", full)
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(tiny_run.project, voice=pipeline.Voice(tell=said.append))
    assert any("The pages of this run were not written" in line for line in said)
    stopped = next(iter(tiny_run.records().values()))
    assert (stopped.status, stopped.error) == ("failed", "stopped before it ended")
    assert not stopped.database(tiny_run.project).exists()


@pytest.mark.parametrize("why", ["stopped", "killed", "broken"])
def test_each_way_to_end_is_said_in_korean(browser: Any, tmp_path: Path, why: str) -> None:
    for n, stage in enumerate(("고객", "")):
        folder = tmp_path / str(n)
        folder.mkdir()
        broke = replace(BROKE, why=why, stage=stage, href="unify.html" if stage else None, cell=None)
        page = write(folder, notebook(broke, Words("ko")), replace(PAGE, locale="ko"))
        with Visit(browser, page) as visit:
            said = visit.page.inner_text("main")
            assert "게시된 것은 없습니다." in said
            assert ("단계: 고객" in said) is bool(stage)
            assert not {"run", "stopped", "killed", "cut"} & {*said.partition("gristmill run")[0].split()}


def test_the_list_of_runs_tells_killed_runs_and_why(tiny_run: House) -> None:
    dead = runs.Run("20990101-000000", "tiny", "2026-11-01", {}, "2099-01-01T00:00:00", status=runs.BROKEN,
                    error="the process of kim.minsu@naver.com was killed\nand more")  # fmt: skip
    folder = tiny_run.project.reports / dead.run
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(dead.__dict__), encoding="utf-8")
    html = write_gallery(tiny_run.project.reports).read_text(encoding="utf-8")
    row = html[html.index("20990101-000000") :]
    assert "killed" in row[:300]
    assert "was killed" in row
    assert "kim.minsu" not in html
    assert "unreadable" not in html


def test_a_thousand_runs_are_paged_filtered_and_sorted(browser: Any, tmp_path: Path) -> None:
    for n in range(1000):
        folder = tmp_path / f"run-{n:04d}"
        folder.mkdir()
        record = {"run": folder.name, "status": "failed" if n % 50 == 7 else "published", "score": n / 10,
                  "started_at": f"2026-01-{n // 50 + 1:02d}T{n % 24:02d}:00:00"}  # fmt: skip
        (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with Visit(browser, write_gallery(tmp_path)) as visit:
        rows = "[...document.querySelectorAll('tbody tr')].filter(r => r.getClientRects().length).map(r => r.cells[0].textContent)"
        assert len(visit.js(rows)) == 25
        visit.page.get_by_role("button", name="Score").click()
        assert visit.js(rows)[0] == "run-0999"
        visit.page.fill("input[type=search]", "failed run-00")
        assert sorted(visit.js(rows)) == ["run-0007", "run-0057"]
        assert visit.complaints == []
