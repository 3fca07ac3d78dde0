"""Charts: the points to draw, masked, named and with the words to show when pointing at them.

The title should say what the chart shows ("Orders fell by a fifth in March"), the axes carry the units, and the
numbers behind the chart travel with it as a table. How the points become a drawing is in specs.py.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gristmill.errors import ParameterError, Problem
from gristmill.report import numbers, tables
from gristmill.report.data import Col, Data
from gristmill.report.display import Display

MAX_POINTS = 1200
"""Points of one chart; more would weigh more than they show."""

MAX_BARS = 40

_TABLE_ROWS = 200


@dataclass(frozen=True)
class _Plan:
    """What every kind of chart is asked for."""

    mark: str
    data: Data
    x: str
    ys: tuple[str, ...]
    color: str | None
    title: str | None
    note: str | None
    unit: str | None
    masked: bool


def lines(
    data: Data,
    x: str,
    y: str | Sequence[str],
    *,
    color: str | None = None,
    title: str | None = None,
    note: str | None = None,
    unit: str | None = None,
    zero: bool = True,
    most: float | None = None,
    masked: bool = True,
) -> Display:
    """Lines over ``x`` (a date, a number or ordered words), one a column of ``y`` or one a value of ``color``.

    ``zero`` False lets the scale start where the values do; ``most`` is the largest value there can be, so that the scale
    ends there (100 for a score); None knows none. A missing value breaks the line;
    a row without a date or number to stand at is left out of the drawing, not of the numbers behind it.
    """
    ys = [y] if isinstance(y, str) else list(y)
    if color is not None and len(ys) > 1:
        raise ParameterError(
            Problem("lines() takes either several columns as y or one y with a color column.")
        )
    plan = _Plan("lines", data, x, tuple(ys), color, title, note, unit, masked)
    placed = data.columns[data.index(x)]
    points = [p for p in _points(plan) if p["x"] != _word(None) or not (placed.is_time or placed.is_number)]
    return _chart(plan, points[:MAX_POINTS], zero=zero, most=most)


def bars(
    data: Data,
    x: str,
    y: str,
    *,
    title: str | None = None,
    note: str | None = None,
    unit: str | None = None,
    horizontal: bool | None = None,
    highlight: Sequence[Any] = (),
    masked: bool = True,
) -> Display:
    """One bar a row, in the order of the rows; words lie (easier to read), dates and numbers stand.

    ``highlight`` names values of ``x`` to bring out; the other bars step back. At most 40 bars are drawn.
    For a histogram, count by bin in SQL and give the bins as ``x``.
    """
    plan = _Plan("bars", data, x, (y,), None, title, note, unit, masked)
    points = _points(plan)[:MAX_BARS]
    raw = data.index(x)
    wanted = set(highlight)
    for point, row in zip(points, data.rows, strict=False):
        point["h"] = not wanted or row[raw] in wanted
    _tell_apart(points)
    shown, _ = data.masked(masked)
    col = shown.columns[raw]
    lying = not (col.is_time or col.is_number) if horizontal is None else horizontal
    return _chart(plan, points, horizontal=lying)


def stacked(
    data: Data,
    x: str,
    y: str,
    color: str,
    *,
    title: str | None = None,
    note: str | None = None,
    unit: str | None = None,
    share: bool = False,
    masked: bool = True,
) -> Display:
    """Bars over ``x`` made of the parts in ``color``; ``share`` True draws every bar to 100%."""
    plan = _Plan("stacked", data, x, (y,), color, title, note, unit, masked)
    return _chart(plan, _points(plan)[:MAX_POINTS], share=share)


def heatmap(
    data: Data,
    x: str,
    y: str,
    value: str,
    *,
    title: str | None = None,
    note: str | None = None,
    unit: str | None = None,
    masked: bool = True,
) -> Display:
    """A grid of cells, darker where ``value`` is larger; a cell without a value stays empty."""
    plan = _Plan("heatmap", data, x, (value,), y, title, note, unit, masked)
    return _chart(plan, _points(plan)[:MAX_POINTS])


def flows(
    data: Data,
    source: str,
    target: str,
    value: str,
    *,
    title: str | None = None,
    note: str | None = None,
    unit: str | None = None,
    masked: bool = True,
) -> Display:
    """Bands from the groups in ``source`` to those in ``target``, as thick as ``value``; groups stand in the order of the rows.

    Rows of one source and target should be one row; what is zero or missing is not drawn.
    """
    plan = _Plan("flows", data, source, (value,), target, title, note, unit, masked)
    return _chart(plan, _points(plan)[:MAX_POINTS])


def _points(plan: _Plan) -> list[dict[str, Any]]:
    """One point a row and y column: x, y (float or None), c (series), t (words when pointed at), v (figure)."""
    data, _ = plan.data.masked(plan.masked)
    x, ys, color = plan.x, plan.ys, plan.color
    x_index, x_col = data.index(x), data.columns[data.index(x)]
    x_words = _words(x_col, [row[x_index] for row in data.rows])
    c_words: Sequence[str | None] = [None] * len(data.rows)
    if color is not None:
        c = data.index(color)
        c_words = _words(data.columns[c], [row[c] for row in data.rows])
    found = []
    for name in ys:
        i = data.index(name)
        col = data.columns[i]
        figures = numbers.column(col, [row[i] for row in data.rows])
        for row, word, part, figure in zip(data.rows, x_words, c_words, figures, strict=True):
            series = part if color is not None else (col.heading if len(ys) > 1 else None)
            unit = f" {col.unit}" if col.unit and not col.is_share else ""
            value = _float(row[i])
            told = [word, *([series] if series is not None else []), f"{_word(figure)}{unit}"]
            found.append(
                {
                    "x": _place(row[x_index], word),
                    "y": value,
                    "c": series,
                    "t": " · ".join(told),
                    "v": _word(figure),
                }
            )
    return found


def _words(col: Col, values: Sequence[Any]) -> list[str]:
    """What to call each value; first days of months are called by their month."""
    days = [v for v in values if isinstance(v, dt.date)]
    if len(set(days)) > 1 and all(day.day == 1 for day in days):
        return [v.strftime("%Y-%m") if isinstance(v, dt.date) else _word(None) for v in values]
    return [_word(v) for v in numbers.column(col, values)]


def _word(value: str | bool | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return numbers.shorten(value, 60)


def _place(value: Any, word: str) -> Any:
    """Where a point stands on the x axis: an ISO time, a number, or the word itself."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    number = _float(value)
    return word if number is None else number


def _float(value: Any) -> float | None:
    if not isinstance(value, (int, float, Decimal)) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return round(float(value), 6)


def _tell_apart(points: list[dict[str, Any]]) -> None:
    """Two different people may look alike once masked; their bars must not fall into one."""
    seen: dict[Any, int] = {}
    for point in points:
        n = seen[point["x"]] = seen.get(point["x"], 0) + 1
        if n > 1 and isinstance(point["x"], str):
            point["x"] = f"{point['x']} ({n})"


def _axis(col: Col, unit: str | None = None) -> dict[str, Any]:
    return {
        "label": numbers.clean_text(col.heading),
        "unit": unit or (None if col.is_share else col.unit),
        "share": col.is_share or unit == "share",
        "type": "time" if col.is_time else "number" if col.is_number else "word",
    }


def _chart(plan: _Plan, points: list[dict[str, Any]], **options: Any) -> Display:
    data = plan.data
    shown, _ = data.masked(plan.masked)
    for name in plan.ys:
        if not shown.columns[shown.index(name)].is_number:
            raise ParameterError(
                Problem(
                    f"Column {name} is not a number, so it cannot be drawn.",
                    where=data.relation,
                    expected="A column of a number type that is not masked.",
                )
            )
    used = [data.index(name) for name in (plan.x, *plan.ys, *((plan.color,) if plan.color else ()))]
    part = Data(
        [data.columns[i] for i in used],
        [tuple(row[i] for i in used) for row in data.rows],
        data.n_total,
        data.sql,
        data.relation,
    )
    behind = tables.payload(part, None, None, _TABLE_ROWS, masked=plan.masked)
    return Display(
        {
            "kind": "chart",
            "mark": plan.mark,
            "title": None if plan.title is None else numbers.clean_text(plan.title),
            "note": None if plan.note is None else numbers.clean_text(plan.note),
            "x": _axis(shown.columns[used[0]]),
            "y": _axis(shown.columns[used[1]], plan.unit),
            "series": list(dict.fromkeys(point["c"] for point in points if point["c"] is not None)),
            "points": points,
            "options": options,
            "table": behind,
            "masked": behind["masked"],
            "unmasked": behind["unmasked"],
        }
    )
