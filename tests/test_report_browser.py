"""The page, as a browser sees it: it asks nobody for anything, runs nothing that came from data, and works."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import HOSTILE, cell, notebook, people, text, usual, write

from gristmill.report import (
    Col,
    Data,
    Failure,
    Page,
    bars,
    finding,
    heatmap,
    lines,
    metric,
    note,
    stacked,
    table,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("page"), usual())


def test_loading_and_using_a_page_asks_for_nothing_and_complains_of_nothing(
    browser: Any, written: Path
) -> None:
    with Visit(browser, written) as visit:
        visit.page.click("#code")
        visit.page.click("#theme")
        visit.page.locator("summary", has_text="The numbers behind").first.click()
        visit.page.wait_for_timeout(100)
        assert visit.requests == [written.as_uri()]
        assert visit.complaints == []


def column_of(visit: Visit, n: int, index: int) -> list[str]:
    return list(
        visit.js(
            f"[...document.querySelectorAll('table[data-paged] tbody tr')].filter(r => r.getClientRects().length)"
            f".slice(0, {n}).map(r => r.cells[{index}].textContent)"
        )
    )


def test_a_heading_sorts_by_value_with_no_value_last(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        head = visit.page.locator("table[data-paged] th").nth(3)
        head.locator("button").click()
        top = [int(v.replace(",", "")) for v in column_of(visit, 25, 3)]
        assert head.get_attribute("aria-sort") == "descending"
        assert top == sorted(top, reverse=True)
        assert top[0] == max(row[3] for row in people(200).rows)
        head.locator("button").focus()
        visit.page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "ascending"
        visit.page.locator("table[data-paged] th").nth(4).locator("button").click()
        last = visit.js(
            "[...document.querySelectorAll('table[data-paged] tbody tr')].pop().cells[4].textContent"
        )
        assert last == "–"


def test_the_filter_finds_rows_and_pages_turn(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        assert len(column_of(visit, 999, 0)) == 25
        visit.page.locator(".gm-pager button").last.click()
        assert column_of(visit, 1, 0) == ["c00025"]
        visit.page.fill("input[type=search]", "C0019")
        assert column_of(visit, 999, 0) == [f"c{n:05d}" for n in range(190, 200)]
        assert "10 of 200" in visit.page.inner_text(".gm-tools")


def test_pointing_at_a_mark_tells_its_words_and_so_do_the_arrow_keys(browser: Any, written: Path) -> None:
    with Visit(browser, written) as visit:
        mark = visit.page.locator(".gm-plot .gm-wide [aria-label]").first
        mark.scroll_into_view_if_needed()
        mark.hover()
        assert visit.page.inner_text(".gm-tip") == "Champions · 182"
        visit.page.locator(".gm-plot").first.focus()
        visit.page.keyboard.press("ArrowRight")
        assert visit.page.inner_text(".gm-tip") == "Loyal · 265"
        assert visit.js("getComputedStyle(document.querySelector('.gm-tip')).opacity > 0")


def test_dark_follows_the_system_and_the_button_is_remembered(browser: Any, written: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with Visit(browser, written, color_scheme="dark") as visit:
        assert visit.js(ground) == "rgb(19, 22, 26)"
        visit.page.click("#theme")
        assert visit.js(ground) == "rgb(251, 251, 249)"
        visit.page.reload()
        assert visit.js(ground) == "rgb(251, 251, 249)"


@pytest.mark.parametrize("width", [320, 390, 768, 1360])
def test_no_page_is_wider_than_its_screen(browser: Any, tmp_path: Path, width: int) -> None:
    long_words = Data([Col("a"), Col("b", pii="free_text")], [(word, word) for word in HOSTILE])
    page = Page(
        title="W" * 300,
        project="P" * 200,
        stage="한글" * 60,
        run_id="r" * 200,
        parameters={"p" * 99: "v" * 999},
    )
    content = usual()
    content["cells"] += [text("`" + "code" * 200 + "`\n\n| a | b |\n|---|---|\n| " + "x" * 500 + " | 1 |")]
    content["cells"] += [cell(table(long_words), metric("M" * 200, "V" * 500), finding("info", "S" * 2000))]
    # The words of a trend are hidden, but not outside of the table that scrolls.
    columns = [Col("relation"), Col("sentence"), Col("trend", "DOUBLE[]")]
    wide = [("clean.contacts_of_a_long_name", "a sentence of many words " * 4, [0.1, 0.9]) for _ in range(3)]
    content["cells"] += [cell(table(Data(columns, wide), trends=["trend"]))]
    path = write(tmp_path, content, page)
    with Visit(browser, path, viewport={"width": width, "height": 800}) as visit:
        assert visit.js("document.documentElement.scrollWidth") <= width


def test_hostile_data_is_shown_and_never_runs(browser: Any, tmp_path: Path) -> None:
    rows = [(bad, bad, [bad, None], {"k": bad}, n) for n, bad in enumerate(HOSTILE)]
    names = [Col(HOSTILE[0], meaning=HOSTILE[3], unit=HOSTILE[1]), Col("n", pii="name"), Col("l", "VARCHAR[]"),
             Col("s", "STRUCT"), Col("v", "BIGINT")]  # fmt: skip
    data = Data(
        names,
        rows,
        sql="select '</code></pre></details><script>window.hacked=1</script>'",
        relation=HOSTILE[0],
    )
    shown = [table(data, title=HOSTILE[0], note=HOSTILE[1]), bars(data, HOSTILE[0], "v", title=HOSTILE[3]),
             lines(data, HOSTILE[0], "v", color="n"), stacked(data, HOSTILE[0], "v", "n"),
             heatmap(data, HOSTILE[0], "n", "v")]  # fmt: skip
    for bad in HOSTILE:
        shown += [
            metric(bad, bad, unit=bad, note=bad, change=bad),
            finding("critical", bad, detail=bad, action=bad),
        ]
        shown += [verdict("bad", bad), note(bad)]
    content = notebook(
        *[text(f"## {bad}\n\n{bad}") for bad in HOSTILE if len(bad) < 99],
        cell(*shown, source="\n".join(HOSTILE)),
    )
    foreign = {"text/html": "".join(HOSTILE[:5]), "text/plain": HOSTILE[0]}
    content["cells"][-1]["outputs"] += [
        {"output_type": "display_data", "data": foreign, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "\n".join(HOSTILE)},
        {"output_type": "error", "ename": HOSTILE[0], "evalue": HOSTILE[2], "traceback": HOSTILE},
    ]
    page = Page(title=HOSTILE[0], project=HOSTILE[3], stage=HOSTILE[2], run_id=HOSTILE[4], parameters={HOSTILE[0]: HOSTILE[3]},
                versions={HOSTILE[1]: HOSTILE[2]}, nav=[(HOSTILE[0], HOSTILE[4], True)], error=Failure(99, HOSTILE[0], HOSTILE[1]))  # fmt: skip
    path = write(tmp_path, content, page)
    html = path.read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert not re.search(r"<[a-z]+[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', html))
    assert "\x00" not in html
    assert "\u202e" not in html
    with Visit(browser, path) as visit:
        visit.page.wait_for_timeout(150)
        assert visit.js("window.hacked") is None
        assert visit.requests == [path.as_uri()]
        assert visit.complaints == []
        assert visit.js("document.querySelectorAll('main').length") == 1
        assert visit.js("!!document.querySelector('main .foot')")


def test_a_printed_page_has_every_row_and_no_controls(browser: Any, written: Path) -> None:
    with Visit(browser, written, color_scheme="dark") as visit:
        visit.page.emulate_media(media="print")
        shown = visit.js(
            "[...document.querySelectorAll('table[data-paged] tbody tr')].filter(r => r.getClientRects().length).length"
        )
        assert shown == 200
        assert visit.js("getComputedStyle(document.querySelector('.tools')).display") == "none"
        assert visit.js("getComputedStyle(document.querySelector('.gm-scroll')).overflowX") == "visible"
        assert visit.js("getComputedStyle(document.body).color") == "rgb(17, 17, 17)"
        assert visit.page.pdf(format="A4")[:5] == b"%PDF-"


def test_without_script_everything_is_readable(browser: Any, written: Path) -> None:
    with Visit(browser, written, java_script_enabled=False) as visit:
        assert visit.page.locator("table[data-paged] tbody tr").nth(199).is_visible()


def test_charts_have_ink_in_both_drawings(browser: Any, written: Path) -> None:
    for width, kind in ((1200, "gm-wide"), (390, "gm-narrow")):
        with Visit(browser, written, viewport={"width": width, "height": 800}) as visit:
            sizes = visit.js(
                f"[...document.querySelectorAll('.{kind}')].map(s => s.querySelectorAll('[aria-label]').length)"
            )
            assert sizes == [3, 18, 18, 18]
            boxes = visit.js(
                f"[...document.querySelectorAll('.{kind}')].map(s => s.getBoundingClientRect().height)"
            )
            assert min(boxes) > 80


def test_the_page_speaks_korean(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path, usual(), Page(title="세그먼트", locale="ko"))
    with Visit(browser, path) as visit:
        assert visit.js("document.documentElement.lang") == "ko"
        assert "목차" in visit.js("document.querySelector('.toc').textContent")
        assert visit.page.locator("input[type=search]").first.get_attribute("placeholder") == "행 찾기"
        assert visit.js("getComputedStyle(document.body).wordBreak") == "keep-all"


def test_five_thousand_rows_are_sorted_as_a_few_are(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path, notebook(cell(table(people(5000), max_rows=5000))))
    with Visit(browser, path) as visit:
        visit.page.locator("th button").nth(3).click()
        top = [int(v.replace(",", "")) for v in column_of(visit, 25, 3)]
        assert top == sorted((row[3] for row in people(5000).rows), reverse=True)[:25]
        assert "5,000 of 12,345" in visit.page.inner_text(".gm-foot")


def test_three_thousand_checks_followed_over_two_hundred_runs_are_a_small_page(
    browser: Any, tmp_path: Path
) -> None:
    roll = random.Random(7)
    columns = [Col("relation"), Col("sentence"), Col("n_failed", "BIGINT"), Col("trend", "DOUBLE[]")]
    rows = [
        (
            f"clean.relation_{i % 40}",
            f"column_{i} is filled in as often as in the runs before, give or take 5%",
            i,
            [0.0] * 200 if i % 3 else [roll.random() for _ in range(200)],
        )
        for i in range(3000)
    ]
    data = Data(columns, rows)
    page = write(tmp_path, notebook(cell(table(data, max_rows=3000, trends=["trend"]))))
    assert page.stat().st_size < 2_000_000
    with Visit(browser, page) as visit:
        assert len(column_of(visit, 999, 0)) == 25
        drawn = visit.js("document.querySelector('td.k path').getBoundingClientRect().width")
        assert drawn > 60
        visit.page.fill("input[type=search]", "column_2999")
        assert len(column_of(visit, 999, 0)) == 1
        assert visit.complaints == []
