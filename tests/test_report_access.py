"""Pages can be used by everybody: WCAG 2.2 AA as axe-core judges it, in a real browser, light and dark."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import REQUIRED, Visit, launched
from report_pages import PAGE, cell, notebook, text, usual, write

from gristmill.report import Failure, note, write_gallery
from gristmill.report.bundle import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import House

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Shadows that hint at more columns are painted as gradients, on which axe cannot judge the contrast of any cell.
FLAT = ".gm-scroll{background:var(--gm-card)!important}.gm-scroll td.b{background:var(--gm-bar)!important}"

# Rows of a table and words of SQL that are drawn alike, whatever they say, are judged alike: one of each is enough.
ALIKE = """() => {
  for (const body of document.querySelectorAll('tbody')) {
    const seen = new Set();
    for (const row of [...body.rows]) {
      const looks = row.outerHTML.replace(/>[^<]+</g, '>x<').replace(/(id|href|title|data-[a-z-]+|headers|for)="[^"]*"/g, '');
      if (seen.has(looks)) row.remove(); else seen.add(looks);
    }
  }
  const words = new Set();
  for (const word of document.querySelectorAll('pre span')) {
    if (words.has(word.className)) word.replaceWith(word.textContent); else words.add(word.className);
  }
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, from a package that carries it; nothing else of that package is used."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        if REQUIRED:
            pytest.fail("GRISTMILL_REQUIRE_BROWSER is set and axe-playwright-python is not installed")
        pytest.skip("axe-playwright-python is not installed")
    return (Path(next(iter(found.submodule_search_locations))) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def violations(browser: Any, axe: str, path: Path, theme: str, width: int) -> list[str]:
    """What axe finds with everything that folds unfolded, one line a rule."""
    options = {"color_scheme": theme, "reduced_motion": "reduce", "viewport": {"width": width, "height": 900}}
    with Visit(browser, path, **options) as visit:
        visit.js("document.querySelectorAll('details').forEach(d => d.open = true)")
        visit.js(
            "css => { const s = document.createElement('style'); s.textContent = css; document.head.append(s); }",
            FLAT,
        )
        visit.js(ALIKE)
        visit.js(axe)
        asked = json.dumps({"resultTypes": ["violations"], "runOnly": RULES})
        result = visit.js(f"axe.run(document, {asked})")
        assert len(result["passes"]) > 20, "axe judged the page"
        assert any(one["id"] == "color-contrast" for one in result["passes"])
        return [
            f"{path.name} {theme} {width}: {one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['html'][:160]}"
            f" {one['nodes'][0]['failureSummary']}"
            for one in result["violations"]
        ]


SCREENS = [("light", 390), ("dark", 1280)]


@pytest.mark.parametrize(("theme", "width"), [*SCREENS, ("light", 1280), ("dark", 390)])
def test_a_page_of_every_kind_of_block_has_no_violation(
    browser: Any, axe: str, tmp_path: Path, theme: str, width: int
) -> None:
    content = usual()
    content["cells"] += [
        text("```sql\n" + "select 1, " * 60 + "\n```"),
        text("| a | b |\n|---|---|\n| 1 | 2 |"),
    ]
    assert violations(browser, axe, write(tmp_path, content), theme, width) == []


@pytest.mark.parametrize(("theme", "width"), SCREENS)
@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_page_of_a_run_that_broke_has_no_violation(
    browser: Any, axe: str, tmp_path: Path, theme: str, width: int, locale: str
) -> None:
    content = usual()
    content["cells"][2]["outputs"] = [
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": "no " * 900,
            "traceback": ["line " * 60] * 40,
        }
    ]
    page = replace(PAGE, error=Failure(2, "ValueError", "no " * 900), locale=locale)
    assert violations(browser, axe, write(tmp_path, content, page), theme, width) == []


@pytest.mark.parametrize("accent", ["#ffe000", "#000000", "#7a1f5c"])
def test_an_accent_of_any_colour_leaves_words_readable(
    browser: Any, axe: str, tmp_path: Path, accent: str
) -> None:
    for theme, width in SCREENS:
        path = write(tmp_path, usual(), replace(PAGE, accent=accent))
        assert violations(browser, axe, path, theme, width) == []


@pytest.mark.parametrize(("theme", "width"), SCREENS)
def test_the_pages_of_a_real_run_its_gallery_and_its_single_file_have_no_violation(
    browser: Any, axe: str, whole: House, tmp_path: Path, theme: str, width: int
) -> None:
    folder = whole.root / "reports" / str(whole.published)
    pages = [
        *sorted(folder.glob("*.html")),
        whole.root / "reports" / "index.html",
        bundle(folder, tmp_path / "one.html"),
    ]
    assert len(pages) >= 9
    found = []
    # Every page on one of the screens; what differs between screens is in the style all pages share.
    for path in pages[SCREENS.index((theme, width)) :: len(SCREENS)]:
        found += violations(browser, axe, path, theme, width)
    assert found == []


def test_a_gallery_without_runs_has_no_violation(browser: Any, axe: str, tmp_path: Path) -> None:
    path = write_gallery(tmp_path / "reports")
    assert violations(browser, axe, path, "light", 390) == []


def test_axe_finds_what_is_wrong(browser: Any, axe: str, tmp_path: Path) -> None:
    path = write(tmp_path, notebook(text("## One"), cell(note("words"))))
    broken = path.read_text(encoding="utf-8").replace("--gm-soft:#59626c", "--gm-soft:#cccccc")
    path.write_text(broken, encoding="utf-8")
    assert any("color-contrast" in line for line in violations(browser, axe, path, "light", 1280))
