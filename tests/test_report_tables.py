"""Long tables stay quick, tables become files that no spreadsheet runs, and charts say what they show."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from report_browser import Visit, launched
from report_pages import HOSTILE, cell, monthly, notebook, people, segments, usual, write

from gristmill.report import Col, Data, Page, bars, heatmap, lines, stacked, table
from gristmill.report.bundle import bundle
from gristmill.report.markup import MOST_DRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

N = 50_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(
        tmp_path_factory.mktemp("long"), notebook(cell(table(people(N), max_rows=N, bars=["frequency"])))
    )


def shown(visit: Visit, index: int) -> list[str]:
    return list(
        visit.js(
            f"[...document.querySelectorAll('tbody tr')].filter(r => r.getClientRects().length).map(r => r.cells[{index}].textContent)"
        )
    )


def test_fifty_thousand_rows_are_sorted_filtered_and_paged_with_few_of_them_drawn(
    browser: Any, long: Path
) -> None:
    rows = people(N).rows
    with Visit(browser, long) as visit:
        assert visit.js("document.querySelectorAll('tbody tr').length") == 25
        assert "1 of 2,000" in visit.page.inner_text(".gm-pager")
        head = visit.page.locator("th").nth(3)
        head.locator("button").click()
        top = [int(v.replace(",", "")) for v in shown(visit, 3)]
        assert top == sorted((row[3] for row in rows), reverse=True)[:25]
        widths = visit.js(
            "[...document.querySelectorAll('tbody tr')].map(r => r.cells[3].style.getPropertyValue('--w'))"
        )
        assert widths == ["100.0%"] * 25
        visit.page.locator("th").nth(4).locator("button").click()
        visit.page.locator("th").nth(4).locator("button").click()
        known = sorted(row[4] for row in rows if row[4] is not None)
        assert [float(v.replace(",", "")) for v in shown(visit, 4)] == [
            round(float(v), 0) for v in known[:25]
        ]
        visit.page.fill("input[type=search]", "c4999")
        assert sorted(shown(visit, 0)) == [f"c{n:05d}" for n in range(49990, 50000)]
        assert "10 of 50,000" in visit.page.inner_text(".gm-tools")
        visit.page.fill("input[type=search]", "")
        for _ in range(3):
            visit.page.locator(".gm-pager button").last.click()
        assert "4 of 2,000" in visit.page.inner_text(".gm-pager")
        assert visit.js("document.querySelectorAll('tbody tr').length") == 25
        assert visit.complaints == []


def test_rows_that_are_drawn_late_look_as_the_first_ones(browser: Any, tmp_path: Path) -> None:
    odd = [None, "", True, False, -5, "x"]
    columns = [Col("n", "BIGINT"), Col("value"), Col("flag", "BOOLEAN"), Col("long text", meaning="m")]
    rows = [
        (n, odd[n % 6] if n % 6 in (0, 1, 5) else "y", n % 2 == 0, "words " * 9)
        for n in range(MOST_DRAWN + 60)
    ]
    path = write(tmp_path, notebook(cell(table(Data(columns, rows), max_rows=5000))))
    with Visit(browser, path) as visit:

        def drawn(search: str) -> list[list[str]]:
            visit.page.fill("input[type=search]", search)
            return visit.js(
                "[...document.querySelector('tbody tr').cells].map(c => [c.className.trim(), c.textContent])"
            )

        for early, late in ((6, 1002), (7, 1003), (11, 1001)):
            one, other = drawn(f"{early}"), drawn(f"{late:,}")
            assert one[0][0] == other[0][0] == "n"
            assert other[0][1] == f"{late:,}"
        visit.page.fill("input[type=search]", "1,002")
        assert shown(visit, 1) == ["–"]
        assert visit.js("document.querySelector('tbody td.z').textContent") == "–"
        visit.page.fill("input[type=search]", "1,003")
        assert shown(visit, 1) == ['""']
        assert shown(visit, 2) == ["no"]
        assert visit.js("document.querySelector('tbody tr').cells[3].classList.contains('l')")


def test_hostile_values_in_rows_that_are_drawn_late_stay_words(browser: Any, tmp_path: Path) -> None:
    odd = ["a\tb", "back\\slash\\t\\N\\b1%", "\\N", "two\nlines", ' id="x" url(#y)', "\\"]
    rows = [("usual", 1)] * MOST_DRAWN + [(bad, n) for n, bad in enumerate([*odd, *HOSTILE], 2)]
    path = write(tmp_path, notebook(cell(table(Data([Col("a"), Col("n", "BIGINT")], rows), max_rows=9999))))
    html = path.read_text(encoding="utf-8")
    assert html.count("<script") == 1
    with Visit(browser, bundle_of(path, tmp_path), viewport={"width": 390, "height": 800}) as visit:
        visit.page.locator("th button").first.click()
        visit.page.locator("th button").last.click()
        last = shown(visit, 0)
        assert "<script>window.hacked=1</script>" in last
        assert set(odd) <= set(last)
        assert visit.js("window.hacked") is None
        assert visit.js("document.documentElement.scrollWidth") <= 390
        assert visit.complaints == []


def bundle_of(page: Path, folder: Path) -> Path:
    (folder / "report").mkdir()
    page.rename(folder / "report" / "index.html")
    return bundle(folder / "report", folder / "one.html")


def test_without_script_and_on_paper_the_first_rows_stand_and_the_page_says_so(
    browser: Any, long: Path
) -> None:
    says = f"first {MOST_DRAWN:,} of {N:,} rows"
    with Visit(browser, long, java_script_enabled=False) as visit:
        assert visit.page.locator("tbody tr").nth(MOST_DRAWN - 1).is_visible()
        assert visit.page.locator(f"text={says}").is_visible()
    with Visit(browser, long) as visit:
        assert not visit.page.locator(f"text={says}").is_visible()
        visit.page.emulate_media(media="print")
        expect(visit.page.locator("tbody tr")).to_have_count(MOST_DRAWN)
        assert visit.page.locator(f"text={says}").is_visible()
        visit.page.emulate_media(media="screen")
        expect(visit.page.locator("tbody tr")).to_have_count(25)


def saved(visit: Visit, button: Any) -> tuple[str, list[list[str]]]:
    with visit.page.expect_download() as found:
        button.click()
    raw = found.value.path().read_bytes().decode("utf-8")
    assert raw.startswith("\ufeff"), "a spreadsheet reads Hangul right"
    return found.value.suggested_filename, list(csv.reader(io.StringIO(raw[1:])))


def test_a_table_is_saved_as_shown_and_no_cell_is_a_formula(browser: Any, tmp_path: Path) -> None:
    formulas = [
        "=HYPERLINK(1)",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        " =1",
        "|cmd",
        "＝1",
        "-",
        '한글, "quoted"',
        "a\nb",
        "-5",
    ]
    columns = [Col("=name"), Col("n_orders", "BIGINT", unit="KRW"), Col("share_back", "DOUBLE"), Col("none")]
    rows = [(word, -1_234_567 * n, n / 100, None) for n, word in enumerate(formulas, 1)]
    path = write(tmp_path, notebook(cell(table(Data(columns, rows), title="매출 & <orders>"))))
    with Visit(browser, path) as visit:
        name, lines = saved(visit, visit.page.locator(".gm-csv"))
        assert name == "매출-orders.csv"
        assert lines[0] == ["'=name", "orders KRW", "share back", "none"]
        assert len(lines) == len(rows) + 1
        for (word, n, _, _), line in zip(rows, lines[1:], strict=True):
            assert line[1] == str(n)
            assert line[2].endswith("%")
            assert line[3] == ""
            assert not line[0].strip().startswith(("=", "+", "-", "@", "|", "＝")), word
        assert visit.complaints == []
        assert visit.requests[0] == path.as_uri()
        assert all(url.startswith(("file:", "blob:")) for url in visit.requests)


def test_what_is_saved_is_what_the_filter_leaves_of_all_rows(browser: Any, long: Path) -> None:
    with Visit(browser, long) as visit:
        visit.page.fill("input[type=search]", "c4999")
        _, lines = saved(visit, visit.page.locator(".gm-csv"))
        assert sorted(line[0] for line in lines[1:]) == [f"c{n:05d}" for n in range(49990, 50000)]
        visit.page.fill("input[type=search]", "")
        _, lines = saved(visit, visit.page.locator(".gm-csv"))
        assert len(lines) == N + 1
        assert "secret" not in str(lines), "what is masked on the page is masked in the file"


def test_the_numbers_behind_a_chart_are_saved_too(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path, notebook(cell(bars(segments(), "segment", "n_customers", title="Three"))))
    with Visit(browser, path) as visit:
        visit.page.locator(".gm-behind summary").click()
        name, lines = saved(visit, visit.page.locator(".gm-behind .gm-csv"))
        assert name == "Three.csv"
        assert lines[1] == ["Champions", "182"]


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("en", "Line chart of 18 values. Largest: 2026-09 · app · 901. Smallest: 2026-01 · web · 100."),
        ("ko", "선 차트, 값 18개. 최대: 2026-09 · app · 901. 최소: 2026-01 · web · 100."),
    ],
)
def test_each_chart_says_what_it_shows(browser: Any, tmp_path: Path, locale: str, says: str) -> None:
    drawn = [
        lines(monthly(), "month", "n_orders", color="channel", title="One"),
        stacked(monthly(), "month", "n_orders", "channel"),
        heatmap(monthly(), "month", "channel", "n_orders"),
        bars(segments(), "segment", "n_customers"),
    ]
    path = write(tmp_path, notebook(*[cell(one) for one in drawn]), Page(title="t", locale=locale))
    with Visit(browser, path) as visit:
        told = visit.js("[...document.querySelectorAll('.gm-plot')].map(p => p.getAttribute('aria-label'))")
        assert len(told) == 4
        assert told[0].startswith(f"One. {says}")
        assert all(len(one) > 60 for one in told)


def test_a_page_of_usual_size_has_all_its_rows_as_elements(tmp_path: Path) -> None:
    assert "data-rest" not in write(tmp_path, usual()).read_text(encoding="utf-8").partition("</script>")[2]
