"""A project adds pages of its own: what docs/reports.md shows is run, and what it lists is all there is."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched

import gristmill as gm
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
