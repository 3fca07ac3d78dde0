"""A value chosen of a column holds for every table of the page that has it; long tables can be folded."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import HOSTILE, PAGE, cell, notebook, segments, text, write

from gristmill.errors import ParameterError
from gristmill.report import Col, Data, Page, bars, table
from gristmill.report.bundle import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEVERITIES = ("critical", "warning", "info")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def checks(n: int = 120) -> Data:
    columns = [Col("severity"), Col("relation"), Col("n_failed", "BIGINT"), Col("owner")]
    rows = [(SEVERITIES[i % 3], f"clean.t{i % 4}", i, None if i % 5 else f"team {i % 2}") for i in range(n)]
    return Data(columns, rows)


def failures() -> Data:
    rows = [(f"clean.t{i % 3}", "warning" if i else "critical", f"row {i}") for i in range(6)]
    return Data([Col("relation", label="Table"), Col("severity"), Col("reason")], rows)


def audit() -> dict[str, Any]:
    return notebook(
        text("# Audit\n\n## What does not hold"),
        cell(table(checks(), title="Checks", filters=["severity", "relation", "owner"])),
        cell(table(failures(), title="Failures")),
        cell(table(segments(), title="Segments")),
        cell(bars(segments(), "segment", "n_customers")),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("filters"), audit())


def rows(visit: Visit, title: str, index: int = 0) -> list[str]:
    """Column ``index`` of the rows that can be seen in a table."""
    return list(
        visit.js(
            "([title, index]) => [...document.querySelectorAll('figure.gm-table')].find(f => f.textContent.includes(title))"
            ".querySelectorAll('tbody tr').values().filter(r => r.getClientRects().length).map(r => r.cells[index].textContent).toArray()",
            [title, index],
        )
    )


def tools(visit: Visit, title: str) -> Any:
    return visit.page.locator("figure.gm-table", has_text=title).first.locator(".gm-tools")


def test_a_value_chosen_above_one_table_filters_every_table_that_has_the_column(
    browser: Any, written: Path
) -> None:
    with Visit(browser, written) as visit:
        assert visit.page.locator("select").count() == 3, "only the table that was told to has them"
        assert not tools(visit, "Failures").is_visible()
        visit.page.get_by_label("severity").select_option(label="critical (40)")
        assert set(rows(visit, "Checks")) == {"critical"}
        assert rows(visit, "Failures", 1) == ["critical"]
        assert len(rows(visit, "Segments")) == 3
        assert "40 of 120 rows" in tools(visit, "Checks").inner_text()
        assert "only severity: critical" in tools(visit, "Failures").inner_text()
        assert "1 of 6 rows" in tools(visit, "Failures").inner_text()
        # A second choice narrows the first, under another heading of the same column too.
        visit.page.get_by_label("relation").select_option(label="clean.t1 (10)")
        assert set(rows(visit, "Checks", 1)) == {"clean.t1"}
        assert rows(visit, "Failures") == []
        assert "only Table: clean.t1, severity: critical" in tools(visit, "Failures").inner_text() or (
            "only severity: critical, Table: clean.t1" in tools(visit, "Failures").inner_text()
        )
        tools(visit, "Failures").get_by_role("button", name="Show all").click()
        assert len(rows(visit, "Failures")) == 6
        assert visit.js("[...document.querySelectorAll('select')].map(s => s.value)") == ["", "", ""]
        assert not tools(visit, "Failures").is_visible()
        assert visit.requests == [written.as_uri()]
        assert visit.complaints == []


def test_options_count_what_the_other_choices_and_the_words_leave(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        options = "[...document.querySelectorAll('select')[1].options].map(o => o.textContent)"
        assert visit.js(options) == ["all", *(f"clean.t{i} (30)" for i in range(4))]
        visit.page.get_by_label("severity").select_option("=info")
        assert visit.js(options) == ["all", *(f"clean.t{i} (10)" for i in range(4))]
        visit.page.fill("input[type=search]", "clean.t2")
        assert visit.js(options) == ["all", "clean.t0 (0)", "clean.t1 (0)", "clean.t2 (10)", "clean.t3 (0)"]
        assert len(rows(visit, "Failures")) == 0, "words typed above a table are for that table alone"


def test_what_has_no_value_can_be_chosen_too(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        visit.page.get_by_label("owner").select_option(label="no value (96)")
        assert "96 of 120 rows only owner: no value" in " ".join(tools(visit, "Checks").inner_text().split())
        assert set(rows(visit, "Checks", 3)) == {"–"}
        assert len(rows(visit, "Failures")) == 6


def test_paging_sorting_saving_and_the_keyboard_go_with_it(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        visit.page.locator(".gm-pager button").last.click()
        visit.page.get_by_label("severity").focus()
        visit.page.keyboard.press("w")
        assert set(rows(visit, "Checks")) == {"warning"}
        assert "1 of 2" in visit.page.inner_text(".gm-pager")
        visit.page.locator("th button", has_text="failed").first.click()
        assert rows(visit, "Checks", 2)[:2] == ["118", "115"]
        with visit.page.expect_download() as found:
            visit.page.locator(".gm-csv").first.click()
        raw = found.value.path().read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(raw)))[1:]
        assert len(lines) == 40
        assert {line[0] for line in lines} == {"warning"}
        visit.page.get_by_role("button", name="Show all").first.focus()
        visit.page.keyboard.press("Enter")
        assert "1 of 5" in visit.page.inner_text(".gm-pager")
        assert visit.js("document.activeElement.tagName") == "SELECT", (
            "the button went, the keyboard stays near"
        )


def test_paper_shows_all_rows_whatever_was_chosen(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        visit.page.get_by_label("severity").select_option("=critical")
        visit.page.emulate_media(media="print")
        assert len(rows(visit, "Checks")) == 120
        assert len(rows(visit, "Failures")) == 6
        assert not tools(visit, "Checks").is_visible()


def test_rows_that_are_drawn_late_are_filtered_too(browser: Any, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        notebook(cell(table(checks(5000), title="Checks", max_rows=5000, filters=["relation", "owner"]))),
    )
    with Visit(browser, path) as visit:
        visit.page.get_by_label("relation").select_option(label="clean.t3 (1,250)")
        visit.page.get_by_label("owner").select_option(label="no value (1,000)")
        assert "1,000 of 5,000" in tools(visit, "Checks").inner_text()
        assert set(rows(visit, "Checks", 1)) == {"clean.t3"}
        assert "1 of 40" in visit.page.inner_text(".gm-pager")
        assert visit.complaints == []


def test_in_one_file_a_choice_stays_on_its_page_and_it_speaks_korean(browser: Any, tmp_path: Path) -> None:
    for name in ("index", "audit"):
        folder = tmp_path / name
        folder.mkdir()
        page = Page(
            title=name,
            locale="ko",
            nav=[("i", "index.html", name == "index"), ("a", "audit.html", name != "index")],
        )
        (tmp_path / "report").mkdir(exist_ok=True)
        write(folder, audit(), page).rename(tmp_path / "report" / f"{name}.html")
    with Visit(browser, bundle(tmp_path / "report", tmp_path / "one.html")) as visit:
        visit.page.locator("#p1 select").first.select_option("=심각")
        said = visit.page.locator("#p1 .gm-tools").first.inner_text()
        assert "120행 중 40행" in said
        assert "심각만 표시" in said
        assert "모두 보기" in said
        visit.page.goto(visit.page.url.partition("#")[0] + "#p2")
        assert visit.page.locator("#p2 select").first.input_value() == ""
        assert "표시" not in visit.page.locator("#p2 .gm-tools").first.inner_text()


def test_hostile_values_to_choose_stay_words(browser: Any, tmp_path: Path) -> None:
    odd = [*HOSTILE, "-", "=", "\\N", "a\tb", ""]
    many = Data([Col("what"), Col("n", "BIGINT")], [(bad, n) for n, bad in enumerate(odd)])
    path = write(tmp_path, notebook(cell(table(many, filters=["what"], title="Odd"))))
    with Visit(browser, path, viewport={"width": 390, "height": 800}) as visit:
        for n in range(1, visit.js("document.querySelector('select').options.length")):
            visit.page.locator("select").select_option(index=n)
            assert len(rows(visit, "Odd")) == 1, n
            assert visit.js("document.documentElement.scrollWidth") <= 390
        assert visit.js("window.hacked") is None
        assert visit.complaints == []


def test_a_column_with_one_value_is_nothing_to_choose_and_an_unknown_one_is_refused(
    browser: Any, tmp_path: Path
) -> None:
    same = Data([Col("source"), Col("n", "BIGINT")], [("crm", n) for n in range(9)])
    path = write(tmp_path, notebook(cell(table(same, filters=["source"]))))
    with Visit(browser, path) as visit:
        assert visit.page.locator("select").count() == 0
        assert not visit.page.locator(".gm-tools").is_visible()
    with pytest.raises(ParameterError, match="did you mean source"):
        table(same, filters=["sourse"])


def test_a_folded_table_is_shown_and_printed_when_somebody_opens_it(browser: Any, tmp_path: Path) -> None:
    shown = [
        table(checks(), title="All checks", note="Of every relation", filters=["severity"], fold=True),
        table(segments(), fold=True),
        table(Data([Col("a")], []), title="None", fold=True),
    ]
    path = write(tmp_path, notebook(*[cell(one) for one in shown]))
    with Visit(browser, path) as visit:
        assert visit.page.locator(".gm-fold").count() == 2, "no rows are nothing to unfold"
        said = visit.page.locator(".gm-fold > summary").all_inner_texts()
        assert said == ["All checks Show 120 rows", "Show 3 rows"]
        assert not visit.page.locator("table").first.is_visible()
        visit.page.locator(".gm-fold > summary").first.focus()
        visit.page.keyboard.press("Enter")
        assert visit.page.locator("table").first.is_visible()
        visit.page.get_by_label("severity").select_option("=info")
        assert "40 of 120" in tools(visit, "All checks").inner_text()
        visit.page.keyboard.press("Escape")
        visit.page.emulate_media(media="print")
        assert len(rows(visit, "All checks")) == 120
        assert not visit.page.locator("table").nth(1).is_visible()
        left = visit.js(
            "getComputedStyle(document.querySelectorAll('.gm-fold > summary')[1], '::after').content"
        )
        assert left == '"3 rows, not printed"'
        assert visit.complaints == []
    with Visit(browser, path, java_script_enabled=False) as visit:
        visit.page.locator(".gm-fold > summary").last.click()
        assert visit.page.locator("table").last.is_visible()


def test_pages_written_before_there_were_filters_can_still_be_written_again(tmp_path: Path) -> None:
    old = table(checks(3), title="Old")
    payload = {
        **old.payload,
        "columns": [
            {k: v for k, v in c.items() if k not in ("key", "filter")} for c in old.payload["columns"]
        ],
    }
    path = write(tmp_path, notebook(cell(type(old)(payload))), PAGE)
    assert "clean.t1" in path.read_text(encoding="utf-8")
