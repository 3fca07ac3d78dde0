"""The file of proposals and decisions, ``reviews/values.csv``: written whole or not at all, no line ever lost.

It is UTF-8 with a byte order mark: without the mark Excel reads Hangul as rubbish on a double click, and git and every
reader of ``utf-8-sig`` do not mind it. Lines end in LF and stay in their order, new ones come last, so that git shows
only what changed. A cell that a spreadsheet would compute or turn into a number (``=1+1``, ``007``) is written with an
apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
import fcntl
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gristmill.cluster.find import Proposal
from gristmill.errors import Problem, SourceError, did_you_mean

HEADER = (
    "column", "before", "after", "n", "method", "confidence", "decision", "decided_by", "decided_at", "note",
)  # fmt: skip
NEEDED = ("column", "before", "after", "decision")
ACCEPT, REJECT, OPEN = "accept", "reject", ""
DECISIONS = (ACCEPT, REJECT)
BOM = "\ufeff"
GUARDED = re.compile(r"[=+\-@\t\r']|[\d.,:/ eE+-]+\Z")
"""What a spreadsheet would not leave alone: a formula, or a text that is nothing but a number or date."""
HELD = ("column", "before", "after", "note")
"""Cells that may hold anything."""


@dataclass(frozen=True)
class Line:
    """One proposal and what was decided about it; ``decision`` is accept, reject or empty (still open)."""

    column: str
    before: str
    after: str
    n: str = ""
    method: str = ""
    confidence: str = ""
    decision: str = OPEN
    decided_by: str = ""
    decided_at: str = ""
    note: str = ""
    more: dict[str, str] = field(default_factory=dict)
    """Columns that somebody added to the file; they are kept."""
    line: int = 0
    """Where it stands in the file, from 1; 0 for a new one."""


@dataclass(frozen=True)
class Recorded:
    """What a recording changed in the file."""

    n_new: int
    n_accepted: int
    n_lines: int


def read(path: Path, shown: str | None = None) -> list[Line]:
    """All lines of the file; none when there is no file. Blank lines are passed over.

    Raises SourceError with every problem of the file: encoding, header, decisions that are no such word.
    """
    shown = shown or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise SourceError(
            Problem("is not UTF-8.", where=shown, hint="save it as 'CSV UTF-8' in the spreadsheet")
        ) from error
    except OSError as error:
        raise SourceError(Problem(f"cannot be read: {error.strerror}.", where=shown)) from error
    if not text.strip():
        return []
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    problems: list[Problem] = []
    lines: list[Line] = []
    header: list[str] = []
    ended = 0
    try:
        for cells in reader:
            at, ended = ended + 1, reader.line_num
            if not any(cells):
                continue
            if not header:
                header = _header(cells, f"{shown}:{at}")
                continue
            if len(cells) > len(header) and any(cells[len(header) :]):
                problems.append(
                    Problem(
                        f"has {len(cells)} cells, the header has {len(header)}.",
                        where=f"{shown}:{at}",
                        hint="a cell that holds a comma stands in double quotes",
                    )
                )
                continue
            found = _line(dict(zip(header, [*cells, *[""] * len(header)], strict=False)), at)
            if found.decision not in (OPEN, *DECISIONS):
                problems.append(
                    Problem(
                        f"decides {found.decision!r}.",
                        where=f"{shown}:{at}",
                        expected="Expected accept, reject or nothing.",
                        hint=did_you_mean(found.decision, DECISIONS),
                    )
                )
            lines.append(found)
    except csv.Error as error:
        problems.append(Problem(f"cannot be read as CSV: {error}.", where=f"{shown}:{ended + 1}"))
    if problems:
        raise SourceError(problems)
    return lines


def _header(cells: Sequence[str], where: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise SourceError(
            [
                Problem(
                    f"has no column {name}.",
                    where=where,
                    expected=f"Expected the header {','.join(HEADER)}.",
                    hint=did_you_mean(name, names),
                )
                for name in missing
            ]
        )
    return names


def _line(cells: dict[str, str], at: int) -> Line:
    known = {name: cells.get(name, "") for name in HEADER}
    for name in HELD:
        known[name] = _unguard(known[name])
    known["decision"] = known["decision"].strip().lower()
    known["column"] = known["column"].strip()
    return Line(**known, more={k: v for k, v in cells.items() if k and k not in HEADER}, line=at)


def write(path: Path, lines: Iterable[Line]) -> None:
    """Put the lines into the file, whole or not at all."""
    from gristmill.report import atomic

    atomic.write(path, text_of(lines))


def text_of(lines: Iterable[Line]) -> str:
    """The file with these lines."""
    lines = list(lines)
    more = list(dict.fromkeys(name for line in lines for name in line.more))
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow([*HEADER, *more])
    for line in lines:
        cells = [str(getattr(line, name)) for name in HEADER]
        guarded = [_guard(cell) if name in HELD else cell for name, cell in zip(HEADER, cells, strict=True)]
        out.writerow([*guarded, *(line.more.get(name, "") for name in more)])
    return BOM + text.getvalue()


def _guard(cell: str) -> str:
    return f"'{cell}" if GUARDED.match(cell) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell[1:]) else cell


def merge(
    lines: Sequence[Line],
    column: str,
    proposals: Sequence[Proposal],
    *,
    accept_above: float | None = None,
    who: str = "",
    when: str = "",
) -> list[Line]:
    """The lines with the proposals of one column entered.

    Decided lines stay as they are, and what was rejected is not proposed again. An open line of the same two values,
    or of the same value before, is brought up to date in its place; everything else comes last.
    ``accept_above`` decides open lines of this column that are at least so sure.
    """
    kept = list(lines)
    decided: set[frozenset[str]] = set()
    by_pair: dict[frozenset[str], int] = {}
    by_before: dict[str, int] = {}
    for place, line in enumerate(kept):
        if line.column != column:
            continue
        pair = frozenset((line.before, line.after))
        if line.decision:
            decided.add(pair)
        else:
            by_pair.setdefault(pair, place)
            # What somebody wrote a note about is about these two values.
            if not line.note:
                by_before.setdefault(line.before, place)
    for one in proposals:
        pair = frozenset((one.before, one.after))
        if pair in decided:
            continue
        new = Line(
            column, one.before, one.after, n=str(one.n), method=one.method, confidence=f"{one.confidence:.2f}"
        )
        known = by_pair.get(pair, by_before.get(one.before))
        if known is None:
            kept.append(new)
            continue
        old = kept[known]
        # A line takes one proposal.
        by_before.pop(old.before, None)
        by_pair.pop(frozenset((old.before, old.after)), None)
        kept[known] = replace(new, note=old.note, more=old.more, line=old.line)
    if accept_above is None:
        return kept
    sure = {(one.before, one.after) for one in proposals if one.confidence >= accept_above}
    return [
        replace(line, decision=ACCEPT, decided_by=who, decided_at=when)
        if line.column == column and not line.decision and (line.before, line.after) in sure
        else line
        for line in kept
    ]


def record(
    path: Path,
    column: str,
    proposals: Sequence[Proposal],
    *,
    lock: Path,
    shown: str | None = None,
    accept_above: float | None = None,
    who: str = "",
    when: str = "",
) -> Recorded:
    """Enter the proposals of a column into the file; two commands at once wait for each other at ``lock``.

    Raises SourceError when the file as it is cannot be read; it is left alone then.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        before = read(path, shown)
        after = merge(before, column, proposals, accept_above=accept_above, who=who, when=when)
        if after != before:
            write(path, after)
    return Recorded(
        n_new=len(after) - len(before),
        n_accepted=sum(line.decision == ACCEPT for line in after)
        - sum(line.decision == ACCEPT for line in before),
        n_lines=len(after),
    )
