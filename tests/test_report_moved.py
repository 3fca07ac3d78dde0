"""Single cells of tables beside what they were: kept by table, row and column, judged, marked, and never of a person."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from report_browser import Visit, launched
from report_pages import PAGE, cell, notebook, write

from gristmill.errors import ParameterError
from gristmill.report import Col, Data, changes, moved, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = [
    Col("segment"),
    Col("n_customers", "BIGINT"),
    Col("share_sales", "DOUBLE"),
    Col("n_gone", "BIGINT"),
    Col("mean", "DECIMAL(18,2)"),
]
THEN = [
    ("Champions", 1180, 0.50, 3, Decimal("4.25")),
    ("충성 고객", 265, 0.30, 7, Decimal("3.50")),
    ("<b>&\" '", 390, 0.20, None, None),
]
NOW = [
    ("충성 고객", 1253, 0.30004, 9, Decimal("3.50")),
    ("Champions", 1180, 0.4385, 1, Decimal("4.75")),
    ("At risk", 12, 0.01, 5, Decimal("1.00")),
]
CHANGE = {"n_customers": "higher", "share_sales": None, "n_gone": "lower", "mean": "higher"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as started:
        yield started


def shown(rows: list[tuple[Any, ...]], columns: list[Col] = COLUMNS, **options: Any) -> dict[str, Any]:
    total = options.pop("n_total", None)
    told = {
        "title": f"{len(rows)} segments",
        "change": CHANGE,
        "key": "segment",
        "filters": ["segment"],
        **options,
    }
    return notebook(cell(table(Data(columns, rows, n_total=total), **told)))


def then_and_now(now: dict[str, Any], then: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The table of ``now`` as a page compares it, with the figures of ``then`` written and read again."""
    changes.write(folder, "r1", "2026-11-01", {"": changes.figures(then)})
    before = changes.read(folder)
    assert before
    payload = now["cells"][0]["outputs"][0]["data"]["application/vnd.gristmill.report+json"]
    return dict(changes.compared(payload, before.page(""), changes.figures(now)))


def test_each_cell_that_changed_says_by_how_much_and_whether_that_is_welcome(tmp_path: Path) -> None:
    payload = then_and_now(shown(NOW), shown(THEN), tmp_path)
    told = {
        (payload["rows"][n][0], payload["columns"][int(i)]["key"]): (move["text"], move["up"], move["good"])
        for i, column in payload["moves"].items()
        for n, move in enumerate(column)
        if move
    }
    assert told == {
        ("충성 고객", "n_customers"): ("988", True, True),
        ("충성 고객", "n_gone"): ("2", True, False),
        ("Champions", "share_sales"): ("6.2 pp", False, None),
        ("Champions", "n_gone"): ("2", False, True),
        ("Champions", "mean"): ("0.50", True, True),
    }, "what the digits on the page do not show is no change"
    assert payload["fresh"] == [2] and payload["gone"] == [["<b>&\" '"]]


def test_a_page_marks_cells_and_sorts_searches_and_saves_the_values_alone(
    browser: Any, tmp_path: Path
) -> None:
    before = changes.figures(shown(THEN))
    page = write(tmp_path, shown(NOW * 1, COLUMNS), replace(PAGE, before=before))
    assert "<b>&" not in page.read_text(encoding="utf-8")
    with Visit(browser, page) as visit:
        marks = visit.page.locator(".gm-moved")
        assert marks.count() == 5
        said = visit.js("[...document.querySelectorAll('.gm-moved')].map(m => m.textContent)")
        assert said[0] == "988 up, better" and "2 up, worse" in said and "6.2 pp down" in said
        assert (
            visit.js("getComputedStyle(document.querySelector('.gm-moved.gm-bad')).textDecorationLine")
            == "underline"
        )
        assert visit.js(
            "getComputedStyle(document.querySelector('.gm-even'), '::before').content"
        ).startswith('"▽')
        assert "No longer listed: <b>&\" '" in visit.page.inner_text("figure")
        assert "underlined: for the worse" in visit.page.inner_text(".gm-foot")
        assert visit.page.locator("tbody td", has_text="At risk").inner_text() == "At risk new"
        visit.page.locator("th button").nth(1).click()
        order = visit.js(
            "[...document.querySelectorAll('tbody tr')].map(r => r.cells[1].firstChild.textContent)"
        )
        assert order == ["1,253", "1,180", "12"]
        with visit.page.expect_download() as saved:
            visit.page.locator(".gm-csv").click()
        text = (tmp_path / "saved.csv", saved.value.save_as(tmp_path / "saved.csv"))[0].read_text("utf-8-sig")
        assert text.splitlines()[1] == "충성 고객,1253,30.0%,9,3.50", text
        assert text.splitlines()[3].startswith("At risk,12,")
        visit.page.emulate_media(media="print")
        assert marks.first.is_visible()
        assert visit.complaints == []


def test_in_korean_changes_new_rows_and_rows_gone_are_told_in_korean(tmp_path: Path) -> None:
    page = write(tmp_path, shown(NOW), replace(PAGE, before=changes.figures(shown(THEN)), locale="ko"))
    text = page.read_text(encoding="utf-8")
    for said in ("6.2%p", "증가, 개선", "증가, 악화", "목록에서 빠짐", "신규", "밑줄은 악화"):
        assert said in text, said


def test_what_is_kept_holds_nothing_of_a_personal_column_shown_or_not() -> None:
    people = [Col("email", pii="email"), Col("n_orders", "BIGINT"), Col("member_no", "BIGINT", pii="id")]
    rows = [("secret1@naver.com", 3, 77001234), ("secret2@naver.com", 5, 77005678)]
    for masked in (True, False):
        for key in ("email", "n_orders", ["n_orders", "email"]):
            content = shown(
                rows, people, key=key, change={"n_orders": None, "member_no": None}, masked=masked, filters=[]
            )
            kept = json.dumps([vars(one) for one in changes.figures(content).tables.values()])
            assert "secret" not in kept and "7700" not in kept
            assert ("n_orders" in kept) is (key == "n_orders")


def test_tables_that_cannot_be_told_apart_or_are_too_long_keep_nothing(tmp_path: Path) -> None:
    two = {**shown(NOW), "cells": shown(NOW)["cells"] * 2}
    assert changes.figures(two).tables == {}
    named = {**two, "cells": [shown(NOW, name=name)["cells"][0] for name in ("a", "b")]}
    assert set(changes.figures(named).tables) == {"a", "b"}
    rows = [(str(i), i, 0.5, i, Decimal(i)) for i in range(moved.MOST)]
    assert changes.figures(shown(rows)).tables == {}
    assert len(changes.figures(shown(rows, change={"n_gone": None})).tables) == 1
    assert "moves" not in then_and_now(shown(NOW), shown(THEN, title="Something else"), tmp_path)


def test_rows_of_one_key_and_rows_left_out_are_neither_changed_nor_new_nor_gone(tmp_path: Path) -> None:
    twice = then_and_now(shown([*NOW, NOW[0]]), shown([*THEN, THEN[0]], title="4 segments"), tmp_path)
    assert not any(move for column in twice["moves"].values() for move in column)
    assert twice["fresh"] == [2]
    part = then_and_now(shown(NOW, n_total=9), shown(THEN, n_total=9), tmp_path)
    assert part["fresh"] == [] and part["gone"] == [] and part["moves"]["1"][0]["text"] == "988"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"change": {"n_custmers": None}}, "n_customers"),
        ({"change": {"segment": None}}, "is not a number"),
        ({"change": {"n_gone": "less"}}, "is not a direction"),
        ({"key": "segmnt"}, "segment"),
    ],
)
def test_a_column_or_direction_that_is_not_known_is_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        shown(NOW, **options)


def test_figures_of_an_older_report_have_no_tables_and_broken_ones_count_as_none(tmp_path: Path) -> None:
    changes.write(tmp_path, "r1", "2026-11-01", {"": changes.figures(shown(THEN))})
    content = json.loads((tmp_path / changes.FILE).read_text(encoding="utf-8"))
    del content["pages"][""]["tables"]
    (tmp_path / changes.FILE).write_text(json.dumps(content), encoding="utf-8")
    before = changes.read(tmp_path)
    assert before and before.pages[""].tables == {}
    content["pages"][""]["tables"] = {"x": {"whole": True, "rows": [1]}}
    (tmp_path / changes.FILE).write_text(json.dumps(content), encoding="utf-8")
    assert changes.read(tmp_path) is None
