"""How pages look, measured in a real browser: no words over words, none cut, no chart without marks, no complaint."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import cell, notebook, text, usual, write

from gristmill.report import Col, Data, Page, bars, heatmap, lines, metric, metrics, note, stacked, table
from gristmill.report.bundle import bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import House

LOOKS = Path(__file__).with_name("report_looks.js").read_text(encoding="utf-8")
WIDTHS = (360, 820, 1360)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def wrong(browser: Any, path: Path, widths: tuple[int, ...] = WIDTHS, *, paper: bool = True) -> list[str]:
    """What is wrong on a page, on screens of these widths and on paper, one line each."""
    found = []
    with Visit(browser, path, reduced_motion="reduce") as visit:
        for width in widths:
            visit.page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path.name} {width}: {kind}: {words}" for kind, words in visit.js(LOOKS)]
        if paper:
            visit.page.set_viewport_size({"width": 690, "height": 900})
            visit.page.emulate_media(media="print")
            found += [f"{path.name} paper: {kind}: {words}" for kind, words in visit.js(LOOKS)]
        found += [f"{path.name}: complaint: {words}" for words in visit.complaints]
    return found


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_page_of_every_kind_of_block_looks_right(browser: Any, tmp_path: Path, locale: str) -> None:
    page = Page(title="세그먼트별 고객과 매출", project="가나다라마바사 상점", stage="세그먼트", locale=locale,
                nav=[("요약", "index.html", True), ("세그먼트", "s.html", False)])  # fmt: skip
    assert wrong(browser, write(tmp_path, usual(), page)) == []


def test_charts_of_awkward_data_look_right(browser: Any, tmp_path: Path) -> None:
    long = [
        "Customers who bought once and never came back since",
        "대한민국 서울특별시 강남구 테헤란로 고객",
        "W" * 60,
        "a",
    ]
    words = Data(
        [Col("segment"), Col("n_customers", "BIGINT")], [(w, 10 ** (2 * i)) for i, w in enumerate(long)]
    )
    days = Data(
        [Col("day", "DATE"), Col("a long name of a value", "DOUBLE"), Col("b", "DOUBLE")],
        [
            (dt.date(2024, 1, 1) + dt.timedelta(days=i), i * 1e6, None if i % 3 else -i * 1e3)
            for i in range(700)
        ],
    )
    parts = Data(
        [Col("month", "DATE"), Col("part"), Col("n", "BIGINT")],
        [
            (dt.date(2026, m, 1), w, m * k)
            for m in range(1, 13)
            for k, w in enumerate([*long, "e", "f", "g"], 1)
        ],
    )
    cohorts = Data(
        [Col("age", "BIGINT"), Col("cohort", "DATE"), Col("share_back", "DOUBLE")],
        [(a, dt.date(2024 + c // 12, c % 12 + 1, 1), 1 / (a + 1)) for c in range(24) for a in range(24 - c)],
    )
    one = Data([Col("x", "DATE"), Col("y", "BIGINT")], [(dt.date(2026, 1, 1), 5)])
    shown = [
        bars(
            words,
            "segment",
            "n_customers",
            title="Long words, and sizes of very different length",
            unit="customers",
        ),
        lines(days, "day", ["a long name of a value", "b"], title="Two years of days"),
        stacked(parts, "month", "n", "part", title="Seven parts"),
        stacked(parts, "month", "n", "part", share=True, title="Seven parts as shares"),
        heatmap(cohorts, "age", "cohort", "share_back", title="Two years of cohorts"),
        lines(one, "x", "y", title="A line of one point"),
        bars(one, "x", "y", title="One bar"),
        bars(Data([Col("x"), Col("y", "BIGINT")], []), "x", "y", title="No bar at all"),
        metrics([metric("한 달 매출", 123_456_789_012, unit="KRW", change=-5), metric("W" * 50, "x" * 80)]),
        table(words, title="Its numbers"),
    ]
    assert wrong(browser, write(tmp_path, notebook(*[cell(one) for one in shown]))) == []


@pytest.mark.parametrize("ends", [(1, 20), (0, 100), (2019, 2026), (0, 0.5), (-3, 3), (0, 2_000_000)])
def test_the_numbers_of_an_axis_are_written_out(tmp_path: Path, ends: tuple[float, float]) -> None:
    low, high = ends
    steps = [(low + (high - low) * i / 10, i) for i in range(11)]
    drawn = lines(Data([Col("months", "DOUBLE"), Col("n", "BIGINT")], steps), "months", "n")
    page = write(tmp_path, notebook(cell(drawn))).read_text(encoding="utf-8")
    said = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert len(said) > 6
    assert not [one for one in said if re.search(r"\de[-+]?\d", one)], said


def test_the_pages_of_a_real_run_its_gallery_and_its_single_file_look_right(
    browser: Any, whole: House, tmp_path: Path
) -> None:
    folder = whole.root / "reports" / str(whole.published)
    found = []
    for path in [*sorted(folder.glob("*.html")), whole.root / "reports" / "index.html"]:
        found += wrong(browser, path, (360, 1360))
    found += wrong(browser, bundle(folder, tmp_path / "one.html"), (820,), paper=False)
    assert found == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("<p style='position:absolute;left:40px;top:400px'>over</p><p style='position:absolute;left:42px;top:402px'>over it</p>", "overlap"),
        ("<p style='overflow:hidden;white-space:nowrap;width:60px'>many words in a narrow place</p>", "cut"),
        ("<figure class='gm-chart'><div class='gm-plot'><svg width='300' height='200'></svg></div></figure>", "empty chart"),
        ("<figure class='gm-chart'></figure>", "empty chart"),
        ("<div style='width:4000px;text-align:right'>far away</div>", "beyond the page"),
        ("<img src='https://example.org/x.png'>", "complaint"),
    ],
)  # fmt: skip
def test_each_fault_is_found(browser: Any, tmp_path: Path, fault: str, kind: str) -> None:
    path = write(tmp_path, notebook(text("## One"), cell(note("words"))))
    assert wrong(browser, path) == []
    page = path.read_text(encoding="utf-8")
    path.write_text(page.replace("</main>", fault + "</main>"), encoding="utf-8")
    assert kind in {line.split(": ")[1] for line in wrong(browser, path)}


def test_pictures_are_taken_of_every_page_on_every_screen(browser: Any, tmp_path: Path) -> None:
    from screenshots import SCREENS, screens

    (tmp_path / "ko").mkdir()
    path = write(tmp_path / "ko", usual(), Page(title="세그먼트", locale="ko"))
    taken = screens(browser, path, tmp_path)
    assert sorted(one.name for one in taken) == sorted(f"ko-n-{name}.png" for name in SCREENS)
    assert len({one.read_bytes() for one in taken}) == len(SCREENS), "each screen looks another way"
    assert min(one.stat().st_size for one in taken) > 20_000
