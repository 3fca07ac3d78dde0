"""A project adds pages of its own: what docs/reports.md shows is run, and what it lists is all there is."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import PAGE, usual, write

import gristmill as gm
from gristmill.errors import ConfigError
from gristmill.report import shell, write_gallery
from gristmill.report.bundle import bundle
from gristmill.report.export import Page, PageContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import House

GUIDE = (Path(__file__).parent.parent / "docs" / "reports.md").read_text(encoding="utf-8")
CELL = re.compile(r"```(markdown|python)\n(.*?)\n```", re.DOTALL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def example() -> str:
    """The notebook of the guide."""
    part = GUIDE.partition("runs these cells -->")[2].partition("<!-- end of the cells")[0]
    cells = []
    for kind, source in CELL.findall(part):
        cell = (
            {"cell_type": "code", "execution_count": None, "outputs": []}
            if kind == "python"
            else {"cell_type": "markdown"}
        )
        tags = (
            ["parameters"]
            if source.startswith("run: str")
            else ["remove-cell"]
            if "gm.open" in source
            else []
        )
        cells.append({**cell, "id": f"c{len(cells)}", "metadata": {"tags": tags}, "source": source})
    assert len(cells) > 8
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5})


def test_the_notebook_of_the_guide_is_a_page_in_the_language_of_the_project(
    browser: Any, acme: House
) -> None:
    acme.write("notebooks/70_vips.ipynb", example())
    own = next(block for block in re.findall(r"```toml\n(.*?)\n```", GUIDE, re.DOTALL) if "[said]" in block)
    acme.write("notebooks/words/ko.toml", own)
    config = (acme.root / "gristmill.toml").read_text(encoding="utf-8")
    config = re.sub(r'(?m)^locale = "en"', 'locale = "ko"', config)
    assert 'locale = "ko"' in config
    acme.write("gristmill.toml", config + '\n[report]\naccent = "#7a1f5c"\n')
    done = acme("run", "--only", "vips", "--param", "best=7")
    assert done.exit_code in (0, 1), done.output
    page = Path(done.stdout.strip()).with_name("vips.html")
    with Visit(browser, page) as visit:
        assert visit.page.inner_text("h1") == "최우수 고객"
        assert "고객" in visit.page.inner_text(".gm-say")
        assert "명이 구매했습니다" in visit.page.inner_text(".gm-say")
        table = visit.page.locator("figure.gm-table").first
        assert table.locator("tbody tr").count() == 7
        assert "순매출" in table.locator("thead").inner_text()
        assert table.locator("select").count() == 1
        assert visit.page.locator(".gm-chart .gm-plot svg").first.is_visible()
        assert visit.page.locator(".gm-fold").count() == 1
        assert visit.page.locator(".origin").count() >= 2, "it says where its numbers come from"
        assert visit.js("getComputedStyle(document.documentElement).getPropertyValue('--brand')") == "#7a1f5c"
        assert "mill = gm.open" not in page.read_text(encoding="utf-8"), (
            "a cell tagged remove-cell is left out"
        )
        assert visit.complaints == []
    with Visit(browser, page.with_name("index.html")) as visit:
        visit.page.locator(".bar nav a", has_text="최우수 고객").click()
        assert visit.page.url.endswith("/vips.html")


def test_the_guide_tells_all_that_the_page_is_given_and_all_helpers() -> None:
    told = set(re.findall(r"`(?:gm\.report\.)?(\w+)`", GUIDE))
    given = {one.name for one in fields(PageContext)}
    assert given <= told, given - told
    assert {one.name for one in fields(Page)} <= told, {one.name for one in fields(Page)} - told
    helpers = {name for name in gm.report.__all__ if name.islower()} - {"mask", "render", "write_gallery"}
    assert helpers <= told, helpers - told


def own_theme(folder: Path) -> Path:
    """The theme of the guide."""
    part = GUIDE.partition("uses this theme -->")[2]
    for kind, name in (("jinja", "page.html.j2"), ("css", "theme.css")):
        text = re.search(rf"```{kind}\n(.*?\n)```", part, re.DOTALL)
        assert text
        (folder / name).write_text(text[1], encoding="utf-8")
    return folder


def test_a_theme_of_the_project_changes_pages_the_list_of_runs_and_the_single_file(
    browser: Any, tmp_path: Path
) -> None:
    theme = own_theme(tmp_path)
    (theme / "gallery.html.j2").write_text(
        '{% extends "base/gallery.html.j2" %}{% block head %}<h1>우리 실행</h1>{% endblock %}'
    )
    (tmp_path / "reports" / "run").mkdir(parents=True)
    page = write(tmp_path / "reports" / "run", usual(), replace(PAGE, themes=[theme]))
    page = page.rename(page.with_name("index.html"))
    gallery = write_gallery(tmp_path / "reports", themes=[theme])
    for path in (page, bundle(page.parent, tmp_path / "one.html")):
        with Visit(browser, path) as visit:
            line = visit.page.locator(".confidential")
            assert line.inner_text() == f"Confidential. {PAGE.project}, run {PAGE.run_id}"
            assert line.evaluate("e => getComputedStyle(e).color") == "rgb(179, 38, 30)"
            assert visit.page.locator(".foot dl").count() > 1, "what the block held is still there"
            assert visit.complaints == []
    with Visit(browser, gallery) as visit:
        assert visit.page.inner_text("h1") == "우리 실행"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "page.html.j2",
            '{% extends "base/page.html.j2" %}\n{% block foot %}\n{{ page.title }',
            "page.html.j2:3",
        ),
        (
            "page.html.j2",
            '{% extends "base/page.html.j2" %}\n{% block foot %}\n{{ page.titel }}{% endblock %}',
            "page.html.j2:3",
        ),
        ("pages.html.j2", "", "takes the place of nothing.\nOne of page.html.j2, gallery.html.j2"),
    ],
)
def test_a_template_that_fails_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    def checked_and_filled() -> None:
        shell.check([tmp_path])
        write(tmp_path, usual(), replace(PAGE, themes=[tmp_path]))

    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=re.escape(said)):
        checked_and_filled()


def test_a_theme_that_cannot_be_read_stops_a_run_before_it_begins(tiny: House) -> None:
    tiny.write("notebooks/theme/page.html.j2", "{% block foot %}")
    done = tiny("run")
    assert done.exit_code == 2 and "page.html.j2:1" in done.stderr
    assert not tiny.records()


def test_own_styles_cannot_end_the_style_sheet(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "theme.css").write_text("</style><script>window.hacked = 1</script>")
    with Visit(browser, write(tmp_path, usual(), replace(PAGE, themes=[tmp_path]))) as visit:
        assert visit.js("window.hacked") is None
        assert visit.page.locator("h1").count() == 1
