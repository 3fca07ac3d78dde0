"""Spreadsheets as rows of text. The only module that imports python-calamine."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from gristmill.errors import Problem, SourceError, did_you_mean, listed


def rows_of(path: Path, sheet: str | None = None) -> tuple[str, list[list[str]]]:
    """Name of the sheet and all of its rows as text, as wide as the sheet; blank rows are empty lists.

    Without ``sheet`` it is the first one that holds anything. SourceError when the file is no
    spreadsheet, has no such sheet, or nothing but blanks.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            hint = did_you_mean(sheet, names, otherwise=f"its sheets are {listed(names)}")
            raise SourceError(Problem(f'{path} has no sheet "{sheet}".', hint=hint))
        for name in [sheet] if sheet is not None else names:
            rows = [_texts(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
            if any(rows):
                return name, rows
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            Problem(
                f"{path} cannot be read as a spreadsheet: {error}.", hint="open it and save it again as .xlsx"
            )
        ) from error
    which = f'sheet "{sheet}"' if sheet else f"each of its {len(names)} sheets ({listed(names)})"
    raise SourceError(
        Problem(f"{path} holds no data: {which} is blank.", hint="export it again, or name another sheet")
    )


def _texts(row: list[Any]) -> list[str]:
    cells = [as_text(value) for value in row]
    return cells if any(cell.strip() for cell in cells) else []


def as_text(value: Any) -> str:
    """A cell as text: ISO dates and times, ``true``/``false``, whole numbers without ``.0``, no exponent."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        return format(Decimal(repr(value)), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value.isoformat()) if isinstance(value, (dt.date, dt.time)) else str(value)
