"""Delimited text into records, one at a time, with a line and a reason for everything that is none.

DuckDB reads a sound file; this reader is for the head of a file (to see its shape) and for files that
DuckDB refuses. It recovers: a quote that is never closed costs one line, not the rest of the file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_RECORD = 1_000
"""Physical lines one record may span before its opening quote counts as never closed."""
CONTENT_KEPT = 4_000
"""Characters of an unreadable record that are kept."""


@dataclass(frozen=True)
class Dialect:
    """How fields are separated. A delimiter of one blank means runs of blanks."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'


class Record(NamedTuple):
    """One record: the physical line it starts on (1-based) and its fields, or why it has none."""

    line: int
    fields: list[str] | None
    reason: str = ""
    content: str = ""


class MalformedError(Exception):
    """A line cannot be split into fields: the message is the reason."""


NOT_CLOSED = "a quote is opened and never closed"


def split(line: str, dialect: Dialect) -> list[str]:
    """Fields of one record without its line end; raises ``MalformedError``."""
    delimiter, quote = dialect.delimiter, dialect.quote
    if delimiter == " ":
        return line.split()
    if not quote or quote not in line:
        return line.split(delimiter)
    fields: list[str] = []
    at = 0
    while True:
        start = at
        while line.startswith(" ", start):
            start += 1
        if line.startswith(quote, start):
            value, at = _quoted(line, start + 1, dialect)
            while line.startswith(" ", at) and delimiter != " ":
                at += 1
            if at < len(line) and not line.startswith(delimiter, at):
                raise MalformedError("text follows a closing quote")
            fields.append(value)
        else:
            end = line.find(delimiter, at)
            fields.append(line[at:] if end < 0 else line[at:end])
            at = len(line) if end < 0 else end
        if at >= len(line):
            return fields
        at += len(delimiter)


def _quoted(line: str, at: int, dialect: Dialect) -> tuple[str, int]:
    """The value of a quoted field whose text starts at ``at``, and the place after its closing quote."""
    quote, doubled = dialect.quote, dialect.escape == dialect.quote
    start = at
    while True:
        end = line.find(quote, at)
        if end < 0:
            raise MalformedError(NOT_CLOSED)
        if doubled and line.startswith(quote, end + 1):
            at = end + 2
        elif not doubled and _escaped(line, start, end, dialect.escape):
            at = end + 1
        else:
            value = line[start:end]
            if doubled:
                return value.replace(quote * 2, quote), end + 1
            return value.replace(dialect.escape + quote, quote).replace(
                dialect.escape * 2, dialect.escape
            ), end + 1


def _escaped(line: str, start: int, at: int, escape: str) -> bool:
    n = 0
    while at - 1 - n >= start and line[at - 1 - n] == escape:
        n += 1
    return n % 2 == 1


def records(lines: Iterable[str], dialect: Dialect, *, first_line: int = 1) -> Iterator[Record]:
    """Records of physical lines (with their line ends). Blank lines are none. No width is enforced here."""
    source = iter(lines)
    waiting: deque[str] = deque()
    number = first_line - 1

    def following() -> str | None:
        return waiting.popleft() if waiting else next(source, None)

    while (line := following()) is not None:
        number += 1
        if not line.strip("\r\n\ufeff"):
            continue
        try:
            yield Record(number, split(line.rstrip("\r\n"), dialect))
            continue
        except MalformedError as problem:
            reason = str(problem)
        held: list[str] = []
        whole = _spanning(line, held, following, dialect) if reason == NOT_CLOSED else None
        if whole is not None:
            yield Record(number, whole)
            number += len(held)
        else:
            waiting.extendleft(reversed(held))
            yield Record(number, None, reason, line.rstrip("\r\n"))


def _spanning(
    line: str, held: list[str], following: Callable[[], str | None], dialect: Dialect
) -> list[str] | None:
    """Fields of a record that goes on over line ends; lines used are put into ``held``. None: it never ends."""
    parts = [line]
    while len(held) < LONGEST_RECORD:
        more = following()
        if more is None:
            return None
        held.append(more)
        parts.append(more)
        # Only a line that holds a quote can end the field, so only then is it worth trying.
        if dialect.quote not in more:
            continue
        try:
            return split("".join(parts).rstrip("\r\n"), dialect)
        except MalformedError as problem:
            if str(problem) != NOT_CLOSED:
                return None
    return None


def line_end(text: str) -> str:
    r"""What ends a line: ``\n`` (perhaps after ``\r``) where there is any; a stray ``\r`` is then part of a field."""
    return "\n" if "\n" in text or "\r" not in text else "\r"


def fitted(record: Record, width: int, encoding: str, *, clean: bool = False) -> Record:
    """The record with exactly ``width`` fields, or set aside with the reason why it cannot be read.

    Empty fields beyond the last column (a trailing delimiter) are let go. ``clean`` says that the whole
    file is known to decode and to hold no NUL.
    """
    fields = record.fields
    if fields is None or (clean and len(fields) == width):
        return record
    content = ",".join(fields)
    if "\0" in content:
        return Record(record.line, None, "holds a NUL byte", content)
    if not content.isascii() and broken(content, encoding):
        return Record(record.line, None, f"holds bytes that are not {encoding}", content)
    if len(fields) > width and not any(f.strip() for f in fields[width:]):
        fields = fields[:width]
    if len(fields) != width:
        what = f"{len(fields)} field{'s' if len(fields) != 1 else ''} instead of {width}"
        return Record(record.line, None, f"has {what}", content)
    return Record(record.line, fields)


def broken(text: str, encoding: str) -> bool:
    """Whether decoding left marks of bytes that are not of the encoding."""
    if encoding.startswith("utf-16"):
        return "\ufffd" in text
    return any("\udc80" <= c <= "\udcff" for c in text)


def readable(text: str) -> str:
    """Text of an unreadable record in a form that can be stored: no NUL, no broken bytes, cut."""
    text = text[:CONTENT_KEPT].replace("\0", "\u2400")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
