"""Rows of a VALUES list, edited in place: layout, comments and everything else stay as they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from gristmill.lineage import DIALECT


@dataclass(frozen=True)
class Cell:
    """A literal of a VALUES list and where it stands in the text."""

    value: str
    start: int
    end: int


def values_list(sql: str) -> list[dict[str, Cell]]:
    """The rows of ``(values (…), …) as name (columns)`` by column; none when the text holds no such list of literals."""
    try:
        tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    except SqlglotError:
        return []
    places = [place for place, token in enumerate(tokens) if token.token_type.name == "VALUES"]
    if len(places) != 1:
        return []
    rows: list[list[Cell]] = []
    place, cells = places[0] + 1, _Cells(tokens)
    while (row := cells.row(place)) is not None:
        rows.append(row)
        place = cells.after
        if tokens[place].text != ",":
            break
        place += 1
    names = cells.names(place)
    return (
        [dict(zip(names, row, strict=True)) for row in rows]
        if rows and all(len(row) == len(names) for row in rows)
        else []
    )


class _Cells:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.after = 0

    def row(self, place: int) -> list[Cell] | None:
        """The literals in brackets from a token on; None when there is something else. ``after`` is the next token."""
        if self._text(place) != "(":
            return None
        row: list[Cell] = []
        place += 1
        while True:
            start = self.tokens[place].start if place < len(self.tokens) else 0
            sign = "-" if self._text(place) == "-" else ""
            place += bool(sign)
            if self._kind(place) not in ("NUMBER", "STRING"):
                return None
            token = self.tokens[place]
            row.append(Cell(sign + token.text, start, token.end + 1))
            mark = self._text(place + 1)
            place += 2
            if mark == ")":
                self.after = place
                return row
            if mark != ",":
                return None

    def names(self, place: int) -> list[str]:
        """The column names of ``) as name (a, b)`` from a token on."""
        texts = [token.text for token in self.tokens[place : place + 200]]
        head = [text.lower() for text in texts[:2]]
        if head != [")", "as"] or len(texts) < 5 or texts[3] != "(" or ")" not in texts[4:]:
            return []
        return texts[4 : 4 + texts[4:].index(")") : 2]

    def _text(self, place: int) -> str:
        return self.tokens[place].text if place < len(self.tokens) and self._kind(place) != "STRING" else ""

    def _kind(self, place: int) -> str:
        return self.tokens[place].token_type.name if place < len(self.tokens) else ""


def edited(text: str, changes: Mapping[Cell, str]) -> str:
    """The text with other literals in these cells; all else stays as it is, byte for byte."""
    for cell in sorted(changes, key=lambda one: -one.start):
        text = text[: cell.start] + changes[cell] + text[cell.end :]
    return text
