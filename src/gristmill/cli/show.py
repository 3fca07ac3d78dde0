"""How the commands print: one table, one way to say JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

import click


def talk(line: str) -> None:
    """A line for the person at the terminal, never part of the data."""
    click.echo(line, err=True)


def listing(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, as_json: bool) -> None:
    """Rows as an aligned table, or as a JSON list of objects."""
    if as_json:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, ensure_ascii=False, indent=1, default=str))
        return
    cells = [[_text(value) for value in row] for row in rows]
    widths = [max([_width(name), *(_width(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    click.echo("  ".join(_pad(name, width) for name, width in zip(columns, widths, strict=True)).rstrip())
    for row, values in zip(cells, rows, strict=True):
        padded = [
            _pad(text, width, right=isinstance(value, (int, float)) and not isinstance(value, bool))
            for text, width, value in zip(row, widths, values, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _width(text: str) -> int:
    """Columns a terminal needs: Hangul and full-width characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
