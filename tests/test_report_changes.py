"""What changed since an earlier run: numbers beside what they were, findings that are new or gone."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gristmill import report
from gristmill.errors import ParameterError
from gristmill.report import MIME, changes, markup
from gristmill.report.display import Display


def notebook(*shown: Display) -> dict[str, Any]:
    """An executed notebook, as it is on disk."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": "",
            "outputs": [{"output_type": "display_data", "data": {MIME: dict(one.payload)}}],
        }
        for one in shown
    ]
    return json.loads(json.dumps({"cells": cells}))


def changed(was: float | Decimal | None, now: float | Decimal | None, **options: Any) -> dict[str, Any]:
    """The card of a number that was ``was`` in the run before."""
    before = changes.figures(notebook(report.metric("customers", was, **options)))
    shown = changes.compared(report.metric("customers", now, **options).payload, before)
    return dict(shown["items"][0])


@pytest.mark.parametrize(
    ("was", "now", "options", "change", "good"),
    [
        (1000, 1203, {"better": "higher"}, "+203", True),
        (1203, 1000, {"better": "higher"}, "−203", False),
        (1203, 1000, {"better": "lower"}, "−203", True),
        (1000, 1203, {}, "+203", None),
        (0.25, 0.3125, {"unit": "share", "better": "lower"}, "+6.2 pp", False),
        (Decimal("99.9"), Decimal("99.4"), {"better": "higher"}, "−0.5", False),
        (5, 5, {"better": "higher"}, None, None),
        (None, 5, {"better": "higher"}, None, None),
        (5, None, {"better": "higher"}, None, None),
        (5, float("nan"), {}, None, None),
    ],
)  # fmt: skip
def test_a_number_says_how_it_changed_and_whether_that_is_welcome(
    was: float, now: float, options: dict[str, str], change: str | None, good: bool | None
) -> None:
    item = changed(was, now, **options)
    assert (item["change"], item["good"]) == (change, good)


def test_a_change_that_the_author_gave_stands_and_an_unknown_direction_is_refused() -> None:
    assert changed(5, 9, change="twice as many")["change"] == "twice as many"
    with pytest.raises(ParameterError, match="did you mean higher"):
        report.metric("customers", 1, better="highr")


def test_findings_are_known_by_what_they_say_beside_their_numbers(tmp_path: Path) -> None:
    first = notebook(
        report.findings(
            [
                report.finding("warning", "3 rows break the check “a < 5”"),
                report.finding("info", "12 pairs are in doubt"),
            ]
        )
    )
    second = report.findings(
        [
            report.finding("warning", "1,204 rows break the check “a < 5”"),
            report.finding("critical", "9 rows break the check “고객 번호”"),
            report.finding("good", "Everything else holds"),
        ]
    )
    changes.write(tmp_path, "20260101-000000", "2026-01-01", {"": changes.figures(first)})
    before = changes.read(tmp_path)
    assert before is not None and (before.run, before.as_of) == ("20260101-000000", "2026-01-01")
    shown = changes.compared(second.payload, before.page(""))
    assert [(item["sentence"][:2], item["is_new"]) for item in shown["items"]] == [
        ("9 ", True),
        ("1,", False),
        ("Ev", False),
    ]
    assert changes.gone(changes.figures(notebook(second)), before.page("")) == ["12 pairs are in doubt"]
    assert before.page("audit") is None and changes.compared(second.payload, None) is second.payload
    assert changes.gone(changes.Figures(), None) == []
    page = markup.html(shown)
    assert page.count("gm-new") == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"form": 2}', '{"form": 1, "run": "x", "as_of": "y", "pages": {"": 3}}']
)
def test_figures_that_cannot_be_read_count_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / changes.FILE).write_text(text, encoding="utf-8")
    assert changes.read(tmp_path) is None
    assert changes.read(tmp_path / "nowhere") is None
