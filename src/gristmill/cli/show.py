"""How the commands print: one table, one way to say JSON."""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import click


def talk(line: str) -> None:
    """A line for the person at the terminal, never part of the data."""
    click.echo(line, err=True)


class Screen:
    """The lines of a run on stderr. A terminal keeps one line a stage; a log gets every relation.

    ``quiet`` leaves out all but warnings.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._live = sys.stderr.isatty() and not quiet
        self._quiet = quiet
        self._open = False

    def tell(self, line: str) -> None:
        """A line that stays."""
        self.clear()
        if not self._quiet or line.startswith("!"):
            talk(line)

    def made(self, line: str) -> None:
        """A line for a log, not for a terminal."""
        if not self._live and not self._quiet:
            talk(line)

    def live(self, line: str) -> None:
        """A line for a terminal: it takes the place of the one before."""
        if self._live:
            room = shutil.get_terminal_size().columns - 1
            click.echo(f"\r{_cut(line, room)}\x1b[K", err=True, nl=False)
            self._open = True

    def clear(self) -> None:
        """Wipe the line that stands open; nothing happens when none does."""
        if self._open:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._open = False


def _cut(text: str, room: int) -> str:
    while _width(text) > room:
        text = text[:-1]
    return text


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
