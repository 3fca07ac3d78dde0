"""Tables: rows that a reader can sort, filter and page through."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gristmill.errors import ParameterError, Problem, did_you_mean
from gristmill.report import moved, numbers, sparkline
from gristmill.report.data import Col, Data
from gristmill.report.display import Display, sentence_key

MAX_ROWS = 1000
"""Rows of a table that reach a page unless the caller says otherwise."""

LONG_TEXT = 36
"""Characters from which a column's text may wrap; shorter text stays on one line and the table scrolls."""


def table(
    data: Data,
    *,
    title: str | None = None,
    note: str | None = None,
    max_rows: int = MAX_ROWS,
    bars: Sequence[str] = (),
    trends: Sequence[str] = (),
    filters: Sequence[str] = (),
    fold: bool = False,
    change: Mapping[str, str | None] | None = None,
    key: str | Sequence[str] | None = None,
    name: str | None = None,
    align: Mapping[str, str] | None = None,
    masked: bool = True,
) -> Display:
    """A table of ``data``.

    ``bars`` names number columns that get a bar behind the figure, longest at the column's largest value.
    ``trends`` names columns of lists of shares, oldest first, that are drawn as a line: from nought to the row's
    largest share, one per cent at least; a share that is not known is a gap.
    ``filters`` names columns to choose a value of above the table; the choice holds for every table of the page that
    has a column of that name. ``fold`` shows the table only when it is asked for; one that nobody opened is not printed either.
    ``change`` names number columns whose cells show how they changed since the run that the page is compared with, and which way is
    welcome: higher, lower, or None for neither; rows that are new are marked, and those that are gone are told below.
    A row is known by its ``key``, one column or several, the first when none is given; the table by its ``name``, which is its title
    without the numbers in it when none is given. A table of more than 600 such cells shows no changes.
    ``align`` overrides left, right or center by column. Rows beyond ``max_rows`` are left out and counted.
    Raises ParameterError for a column that is not there.
    """
    made = payload(data, title, note, max_rows, bars, align or {}, masked, trends)
    for column in filters:
        made["columns"][data.index(column)]["filter"] = True
    if change:
        called = name or (sentence_key(title) if title else " | ".join(data.names))
        held = moved.kept(data, data.rows[: len(made["rows"])], called, change, key)
        made |= {"kept": held} if held else {}
    return Display({**made, "fold": True} if fold else made)


def payload(
    data: Data,
    title: str | None,
    note: str | None,
    max_rows: int = MAX_ROWS,
    bars: Sequence[str] = (),
    align: Mapping[str, str] | None = None,
    masked: bool = True,
    trends: Sequence[str] = (),
) -> dict[str, Any]:
    """The table as JSON; charts use it for the numbers behind them."""
    align = align or {}
    _check_align(align, data)
    shown, kinds = data.masked(masked)
    rows = list(shown.rows[: max(0, max_rows)])
    columns, cells = [], []
    lines = {shown.index(name): sparkline.lines([row[shown.index(name)] for row in rows]) for name in trends}
    for i, col in enumerate(shown.columns):
        if i in lines:
            values: list[str | bool | None] = [line["says"] if line else None for line in lines[i]]
        else:
            values = numbers.column(col, [row[i] for row in rows])
        cells.append(values)
        columns.append(_heading(col, values, align.get(col.name), is_line=i in lines))
    return {
        "kind": "table",
        "title": title,
        "note": note,
        "columns": columns,
        "rows": [list(row) for row in zip(*cells, strict=True)] if cells else [],
        "bars": {str(shown.index(name)): _bar_lengths(shown, name, rows) for name in bars},
        "lines": {str(i): [line["points"] if line else None for line in drawn] for i, drawn in lines.items()},
        "total": data.total,
        "sql": data.sql,
        "relation": data.relation,
        "masked": list(kinds) if masked else [],
        "unmasked": [] if masked else list(kinds),
    }


def _heading(
    col: Col, values: Sequence[str | bool | None], align: str | None, *, is_line: bool = False
) -> dict[str, Any]:
    longest = max((len(v) for v in values if isinstance(v, str)), default=0)
    numeric = col.is_number
    return {
        "key": numbers.clean_text(col.name),
        "label": numbers.clean_text(col.heading),
        "meaning": col.meaning,
        "unit": None if col.is_share else col.unit,
        "align": align or ("right" if numeric else "left"),
        "numeric": numeric,
        "long": not numeric and not is_line and longest > LONG_TEXT,
    }


def _bar_lengths(data: Data, name: str, rows: Sequence[tuple[Any, ...]]) -> list[float | None]:
    """Length of each row's bar between 0 and 1; None where there is no number."""
    i = data.index(name)
    sizes = [_size(row[i]) for row in rows]
    largest = max((s for s in sizes if s is not None), default=0.0)
    return [None if s is None or largest == 0 else round(s / largest, 3) for s in sizes]


def _size(value: Any) -> float | None:
    if not isinstance(value, (int, float, Decimal)) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return abs(float(value))


def _check_align(align: Mapping[str, str], data: Data) -> None:
    sides = ("left", "right", "center")
    problems = [
        Problem(
            f"{side} is not a side to align to.",
            expected="left, right or center.",
            hint=did_you_mean(side, sides),
        )
        for side in align.values()
        if side not in sides
    ]
    if problems:
        raise ParameterError(problems)
    for name in align:
        data.index(name)
