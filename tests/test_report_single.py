"""A whole report as one HTML file or one PDF: everything in it, links working, nothing fetched."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import CHROMIUM, Visit, launched
from report_pages import HOSTILE, PAGE, cell, notebook, text, usual, write

from gristmill.errors import ConfigError, RunError
from gristmill.report import bars, note
from gristmill.report.bundle import bundle
from gristmill.report.data import Col, Data
from gristmill.report.pdf import CHOICE, pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import House

NAV = [
    ("Summary", "index.html", False),
    ("Segments & more", "segments.html", False),
    ("고객", "고객.html", False),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def report(folder: Path) -> Path:
    """A report of three pages that point at each other, with the same headings and charts on two."""
    folder.mkdir(exist_ok=True)
    front = notebook(
        text(
            "## Details\n\n[deep](segments.html#detail) [all](../index.html) [web](https://example.org/a#b)"
        ),
        cell(note("front")),
    )
    third = notebook(
        text("## Details\n\n" + "\n\n".join(bad for bad in HOSTILE if len(bad) < 99)), cell(note(HOSTILE[0]))
    )
    for name, content in (("index", front), ("segments", usual()), ("고객", third)):
        nav = [(label, href, href == f"{name}.html") for label, href, _ in NAV]
        page = replace(PAGE, title=f"Title of {name}", nav=nav, home="../index.html", accent="#7a1f5c")
        write(folder, content, page).rename(folder / f"{name}.html")
    (folder / "n.ipynb").unlink()
    return folder


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(report(tmp_path_factory.mktemp("report")), tmp_path_factory.mktemp("out") / "one.html")


def visible(visit: Visit) -> list[str]:
    return list(
        visit.js(
            "[...document.querySelectorAll('.leaf')].filter(l => l.getClientRects().length).map(l => l.id)"
        )
    )


def test_one_file_has_every_page_and_shows_one_at_a_time(browser: Any, single: Path) -> None:
    with Visit(browser, single, reduced_motion="reduce") as visit:
        assert visible(visit) == ["p1"]
        visit.page.get_by_role("link", name="고객").click()
        assert visible(visit) == ["p3"]
        assert visit.page.title() == "고객"
        assert visit.js("document.querySelectorAll('nav [aria-current]').length") == 1
        visit.page.go_back()
        assert visible(visit) == ["p1"]
        visit.page.get_by_role("link", name="deep").click()
        assert visible(visit) == ["p2"]
        top = visit.js("document.getElementById('p2-detail').getBoundingClientRect().top")
        assert 0 <= top < 200
        assert {url.partition("#")[0] for url in visit.requests} == {single.as_uri()}
        assert visit.complaints == []
        assert visit.js("window.hacked") is None


def test_every_id_is_one_of_a_kind_and_every_link_inside_leads_somewhere(browser: Any, single: Path) -> None:
    with Visit(browser, single) as visit:
        ids = visit.js("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        lost = visit.js(
            "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.hash.slice(1)))"
            ".filter(id => !document.getElementById(id))"
        )
        assert lost == []
        used = set(re.findall(r"url\(#([^)]+)\)", single.read_text(encoding="utf-8")))
        assert used <= set(ids)
        hrefs = set(visit.js("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"))
        assert {h for h in hrefs if not h.startswith("#")} == {"https://example.org/a#b"}
        assert visit.page.locator("main").count() == 1


def test_one_file_keeps_the_accent_and_its_tables_work(browser: Any, single: Path) -> None:
    with Visit(browser, single) as visit:
        assert visit.js("getComputedStyle(document.documentElement).getPropertyValue('--brand')") == "#7a1f5c"
        visit.page.goto(single.as_uri() + "#p2")
        visit.page.fill("#p2 input[type=search]", "C0019")
        assert "10 of 200" in visit.page.inner_text("#p2 .gm-tools")


def test_one_file_without_script_and_on_paper_has_all_pages(browser: Any, single: Path) -> None:
    with Visit(browser, single, java_script_enabled=False) as visit:
        assert visit.page.locator("text=Title of 고객").is_visible()
        assert visit.page.locator("text=Title of index").is_visible()
    with Visit(browser, single) as visit:
        visit.page.emulate_media(media="print")
        assert visible(visit) == ["p1", "p2", "p3"]


def test_the_same_pages_make_the_same_bytes(tmp_path: Path) -> None:
    folder = report(tmp_path / "r")
    first = bundle(folder, tmp_path / "a.html").read_bytes()
    assert bundle(folder, tmp_path / "b.html").read_bytes() == first


def test_a_folder_without_a_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no report here"):
        bundle(tmp_path, tmp_path / "one.html")
    assert list(tmp_path.iterdir()) == []


def test_words_that_look_like_the_parts_of_a_page_stay_words(browser: Any, tmp_path: Path) -> None:
    odd = ['</body> <div class="frame', '<main id="content">', ' id="x" href="index.html" url(#x)']
    (tmp_path / "r").mkdir()
    drawn = bars(Data([Col("a"), Col("n", "BIGINT")], [(word, 1) for word in odd]), "a", "n", title=odd[0])
    content = notebook(
        *[text("`" + word + "`") for word in odd], *[cell(note(word)) for word in odd], cell(drawn)
    )
    write(tmp_path / "r", content).rename(tmp_path / "r" / "index.html")
    with Visit(browser, bundle(tmp_path / "r", tmp_path / "one.html")) as visit:
        shown = visit.page.inner_text("main")
        assert all(word.strip() in shown for word in odd)
        assert visit.page.locator("main").count() == 1
        assert visit.page.locator("main .foot").count() == 1


def test_a_report_is_printed_with_all_its_pages(single: Path, tmp_path: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no browser")
    paper = pdf(single, tmp_path / "sub" / "report.pdf")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF-")
    n_pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert n_pages >= 6, "three pages, one of them with two hundred rows"
    assert b"/StructTreeRoot" in content, "readable by a screen reader"
    assert [path.name for path in paper.parent.iterdir()] == ["report.pdf"]


def test_a_machine_without_a_browser_is_told_what_to_do(
    single: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(CHOICE, raising=False)
    with pytest.raises(ConfigError, match="Hint: install Chromium"):
        pdf(single, tmp_path / "report.pdf")
    monkeypatch.setenv(CHOICE, "/no/such/browser")
    with pytest.raises(ConfigError, match=f"{CHOICE} /no/such/browser is no program"):
        pdf(single, tmp_path / "report.pdf")


def test_a_browser_that_prints_nothing_leaves_the_old_file(
    single: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "report.pdf"
    old.write_bytes(b"old")
    monkeypatch.setenv(CHOICE, str(shutil.which("false")))
    with pytest.raises(RunError, match="wrote no PDF"):
        pdf(single, old)
    assert old.read_bytes() == b"old"


def test_the_command_writes_what_is_asked_for_and_prints_its_path(tiny_run: House, tmp_path: Path) -> None:
    done = tiny_run("report", "--single", str(tmp_path / "one.html"))
    assert done.exit_code == 0, done.output
    assert done.output.strip() == str(tmp_path / "one.html")
    assert "gristmill" in (tmp_path / "one.html").read_text(encoding="utf-8")
    plain = tiny_run("report", str(tiny_run.published))
    assert plain.output.strip().endswith("index.html")
    assert tiny_run("report", "no-such-run").exit_code == 2


def test_the_command_says_that_a_report_is_gone(tiny_run: House) -> None:
    shutil.rmtree(tiny_run.root / "reports" / str(tiny_run.published))
    gone = tiny_run("report", "--single", "one.html")
    assert gone.exit_code == 2
    assert "has no report" in gone.output
    assert not (tiny_run.root / "one.html").exists()
