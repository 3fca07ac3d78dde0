"""A run that broke has a report: what ran, where it broke, what to do, and the last good report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import OPEN
from report_browser import Visit, launched
from report_pages import HOSTILE, PAGE, write

from gristmill import runs
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
