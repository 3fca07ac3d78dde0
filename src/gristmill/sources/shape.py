"""The shape of a table of text: delimiter, quote, where the header is, what the columns are called."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gristmill.sources.headers import is_known
from gristmill.sources.records import Dialect, Record, line_end, records

DELIMITERS = (",", ";", "\t", "|")
SEEN = 400
"""Records at the head of a file that its shape is judged on."""
TITLES = 20
"""Rows above the header that may be titles."""
RESERVED = ("_source", "_system", "_file", "_row")

_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+(e[-+]?\d+)?%?", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,4}[-/.년]\s?\d{1,2}[-/.월]\s?\d{1,4}.*|\d{1,2}[ -][a-z]{3,9}[ -]\d{2,4}.*", re.IGNORECASE
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d() .-]{9,}")
_WORD = re.compile(r"true|false|yes|no|y|n|null|none|nan|n/a|na", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """How to read a table of text. ``skip`` counts physical lines before the first data record."""

    dialect: Dialect
    header: bool
    skip: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Data records seen, as wide as ``columns``."""
    notes: tuple[str, ...]


def lines_of(text: str) -> io.StringIO:
    """Physical lines with their ends; see ``line_end`` (str.splitlines knows many more ends)."""
    return io.StringIO(text, newline=line_end(text))


def kind(cell: str) -> str:
    """blank, number, date, email, phone, word (yes, true, null) or text."""
    cell = cell.strip()
    if not cell:
        return "blank"
    for name, pattern in (("number", _NUMBER), ("date", _DATE), ("email", _EMAIL), ("phone", _PHONE)):
        if pattern.fullmatch(cell):
            return name
    return "word" if _WORD.fullmatch(cell) else "text"


def shape_of(
    text: str, *, delimiter: str | None = None, header: bool | None = None, tab_first: bool = False
) -> Shape:
    """The shape of delimited text, judged on its head; a cut last line must not be part of ``text``."""
    dialect = _dialect(text, delimiter, tab_first)
    found = list(islice(records(lines_of(text), dialect), SEEN))
    rows = [record.fields or [] for record in found]
    at, width, header = locate(rows, header)
    skip = _data_line(found, at, header) - 1
    names = rows[at] if header and rows else []
    if names and len(names) == width - 1:
        # One name too few: programs that number their rows leave the number's column without a name.
        names = ["", *names]
    columns, notes = named(names, width)
    if header and at:
        notes = [f"{at} line{'s' if at > 1 else ''} above the header left out", *notes]
    body = rows[at + 1 :] if header else rows[at:]
    kept = tuple(tuple(row) for row in body if len(row) == width)
    return Shape(dialect, header, skip, tuple(columns), kept, tuple(notes))


def _data_line(found: Sequence[Record], at: int, header: bool) -> int:
    """Physical line (1-based) where data starts."""
    if not header:
        return found[at].line if found else 1
    if at + 1 < len(found):
        return found[at + 1].line
    return found[at].line + 1 if found else 1


def _dialect(text: str, delimiter: str | None, tab_first: bool) -> Dialect:
    lines = list(islice(lines_of(text), SEEN * 2))
    best, best_score = Dialect(delimiter or ","), 0.0
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        score = _score(lines, Dialect(candidate)) * (1.5 if tab_first and candidate == "\t" else 1.0)
        if score > best_score:
            best, best_score = Dialect(candidate), score
    if best_score == 0.0 and delimiter is None and _score(lines, Dialect(" ", "", "")) > 1.5:
        return Dialect(" ", "", "")
    # Backslashes are believed only where doubled quotes fail, and single quotes only where no others are.
    telling = [*lines[:1], *islice((line for line in lines_of(text) if '\\"' in line), SEEN)]
    escaped = Dialect(best.delimiter, '"', "\\")
    if len(telling) > 1 and _score(telling, escaped) > _score(telling, best):
        return escaped
    single = Dialect(best.delimiter, "'", "'")
    quoted = sum(line.startswith("'") or line.rstrip("\r\n").endswith("'") for line in lines)
    if quoted > len(lines) // 2 and '"' not in text and _score(lines, single) >= best_score:
        return single
    return best


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    """How well a dialect explains the lines: share of records with the usual width, times its size."""
    widths = [len(r.fields) if r.fields else 0 for r in islice(records(lines, dialect), SEEN)]
    if not widths:
        return 0.0
    usual, n = Counter(widths).most_common(1)[0]
    if usual < 2 or (dialect.delimiter == " " and (n < len(widths) * 0.95 or usual < 3)):
        return 0.0
    # Decimal commas make a second delimiter look steady, but the header does not have them.
    first = 1.0 if widths[0] == usual else 0.6
    return n / len(widths) * math.log2(usual + 1) * first


def locate(rows: Sequence[Sequence[str]], header: bool | None) -> tuple[int, int, bool]:
    """Row where the table starts, its number of columns, and whether that row is a header.

    Titles above the table are rows with far fewer cells than the table has.
    """
    if not rows:
        return 0, 0, header is not False
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = Counter(len(row) for row in rows if row).most_common(1)[0][0] if any(rows) else 0
    wide = max(Counter(n for n in filled if n).most_common(1)[0][0] if any(filled) else 1, usual * 0.3)
    at = 0
    for index in range(min(TITLES, len(rows))):
        if filled[index] >= max(1, math.ceil(wide * 0.6)) and (usual <= 1 or filled[index] > 1):
            at = index
            break
    # A header settles the width, unless hardly any record agrees with it.
    width = len(rows[at])
    below = rows[at + 1 :]
    agreeing = sum(len(row) == width for row in below)
    if agreeing <= len(below) // 10 and len(below) > 1:
        trailing = all(not any(cell.strip() for cell in row[width:]) for row in below)
        width = width if trailing else usual
    if header is None:
        header = _is_header(rows[at], rows[at + 1 :])
    return at, width, header


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns rather than being data like the rows under it."""
    known = sum(is_known(cell) for cell in first)
    if known >= 2 or (known and known * 2 >= len(first)):
        return True
    votes = 0
    for index, cell in enumerate(first):
        below = [row[index] for row in body if index < len(row)]
        kinds = Counter(k for k in map(kind, below) if k != "blank")
        usual = kinds.most_common(1)[0][0] if kinds else "blank"
        here = kind(cell)
        if here in ("number", "date", "email", "phone", "word"):
            votes -= 2 if here == usual else 1
        elif here == "text" and usual in ("number", "date", "email", "phone", "word"):
            votes += 1
        elif here == "text" and usual == "text":
            # Data repeats in data; the name of a column does not.
            votes -= 1 if below.count(cell) >= max(2, len(below) // 50) else 0
    return votes >= 0


def named(raw: Sequence[str], width: int) -> tuple[list[str], list[str]]:
    """Names of ``width`` columns, distinct whatever their case, and what had to be done for it."""
    names: list[str] = []
    notes: list[str] = []
    taken = set(RESERVED)
    for index in range(width):
        original = raw[index] if index < len(raw) else ""
        name = tidy(original)
        if not name:
            name = f"column_{index + 1}"
            if raw:
                notes.append(f"column {index + 1} has no name; it is called {name}")
        base, n = name, 1
        while name.casefold() in taken:
            n += 1
            name = f"{base}_{n}"
        if n > 1:
            why = (
                "is kept for gristmill"
                if base.casefold() in RESERVED
                else "stands more than once in the header"
            )
            notes.append(f"the name {base} {why}; column {index + 1} is called {name}")
        taken.add(name.casefold())
        names.append(name)
    return names, notes


def tidy(name: str) -> str:
    """A column's name without blanks around it, line breaks, control or broken characters."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in name)
    return " ".join(unicodedata.normalize("NFC", kept).split())
