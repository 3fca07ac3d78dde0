"""What stewards decided about pairs of records: ``reviews/decisions.csv``, which grows line by line.

A line says that two records are one customer (merge) or are two (split), who said so, when and why. It wins over every
weight and holds in every run. Lines that contradict each other, directly or through others, are refused before a run
does any work. Messages name lines and no values: a report may show them.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from gristmill.engine import Engine
from gristmill.errors import Problem, SourceError, did_you_mean

FILE = "reviews/decisions.csv"
DECISIONS = "unify.decisions"
MERGE, SPLIT = "merge", "split"
WORDS = (MERGE, SPLIT)
NEEDED = ("left_id", "right_id", "decision")
BOM = "\ufeff"
FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would compute; it is written with an apostrophe before it, and read without."""
KINDS = {
    "left_id": "id",
    "right_id": "id",
    "decision": "none",
    "who": "name",
    "at": "none",
    "why": "free_text",
    "left_digest": "id",
    "right_digest": "id",
}
"""pii kinds of the columns of ``unify.decisions``."""


@dataclass(frozen=True)
class Decision:
    """One line of the file."""

    left_id: str
    right_id: str
    decision: str
    """merge or split."""
    who: str = ""
    at: str = ""
    why: str = ""
    left_digest: str = ""
    """What the record said when it was decided (see ``unify/fingerprints``); empty: go by the id alone. A row without a
    key has only its place in a file for an id, and this finds it when the file is sorted anew."""
    right_digest: str = ""
    line: int = 0
    """Where it stands in the file, from 1; 0 for a new one."""

    @property
    def pair(self) -> frozenset[str]:
        """Its two records, in no order, each under the one name it has here."""
        return frozenset((short(self.left_id), short(self.right_id)))


def short(record_id: str) -> str:
    """What stands for a record whose id holds an e-mail or phone: ``~`` and twelve hex digits of its md5."""
    if record_id.startswith("~"):
        return record_id
    return f"~{hashlib.md5(record_id.encode(), usedforsecurity=False).hexdigest()[:12]}"


HEADER = tuple(one.name for one in fields(Decision) if one.name != "line")


@dataclass(frozen=True)
class _Form:
    """How a file is written, so that a line added to it is written alike."""

    columns: tuple[str, ...] = HEADER
    delimiter: str = ","
    end: str = "\n"


def read(path: Path, shown: str = FILE) -> list[Decision]:
    """All decisions; none when there is no file. Raises SourceError with everything that is wrong with it."""
    found, _, problems = _read(path, shown)
    problems = problems or contradictions(found, shown)
    if problems:
        raise SourceError(problems)
    return found


def write_decisions(engine: Engine, found: Sequence[Decision]) -> None:
    """Make ``unify.decisions``: one row a line, as it stands in the file."""
    names = (*HEADER, "line")
    cells = (
        f'unnest(cast(${name} as {"bigint" if name == "line" else "varchar"}[])) as "{name}"'
        for name in names
    )
    rows = [astuple(one) for one in found]
    engine.make(
        DECISIONS,
        f"select {', '.join(cells)}",
        {name: [row[place] for row in rows] for place, name in enumerate(names)},
    )


def no_decisions(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """What people decided about pairs of records in reviews/decisions.csv."""
    write_decisions(engine, ())


def append(path: Path, new: Decision, *, lock: Path, shown: str = FILE) -> int:
    """Add a decision as the last line, on disk when this returns; returns the number of that line.

    Two commands at once wait for each other at ``lock``. Nothing is added when the file says so already: then its line is
    returned. Raises SourceError when the file cannot be read or the decision contradicts it; it is left alone then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found, form, problems = _read(path, shown)
        problems = problems or contradictions(found, shown)
        if problems:
            raise SourceError(problems)
        same = [one.line for one in found if one.pair == new.pair and one.decision == new.decision]
        if same:
            return same[0]
        problems = contradictions([*found, new], shown)
        if problems:
            raise SourceError(problems)
        return _add(path, new, form)


def withdraw(path: Path, one: Decision, *, lock: Path, shown: str = FILE) -> Decision:
    """Take the last line that says what ``one`` says, by whom and when, out of the file again; returns it.

    All other lines stay as they are, byte for byte, and a crash leaves the file before or after.
    Raises SourceError when there is no such line (any more), or the file cannot be read or written.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found, form, problems = _read(path, shown)
        if problems:
            raise SourceError(problems)
        meant = (one.pair, one.decision, one.who, one.at)
        same = [each for each in found if (each.pair, each.decision, each.who, each.at) == meant]
        if not same:
            raise SourceError(
                Problem(f"has no line that decides {one.decision} as it was decided.", where=shown)
            )
        gone = same[-1]
        # What csv calls a line ends at \n here; a cell with a line break in it was typed by hand.
        lines = path.read_bytes().split(b"\n")
        text = lines[gone.line - 1].decode("utf-8-sig").rstrip("\r")
        cells = next(csv.reader([text], delimiter=form.delimiter), [])
        if _line(dict(zip(form.columns, cells, strict=False)), gone.line) != gone:
            hint = "take the line out in an editor; version control keeps it"
            raise SourceError(
                Problem("is not on one line of its own.", where=f"{shown}:{gone.line}", hint=hint)
            )
        _replace(path.resolve(), b"\n".join(lines[: gone.line - 1] + lines[gone.line :]))
        return gone


def contradictions(found: Sequence[Decision], shown: str = FILE) -> list[Problem]:
    """A problem for each split whose two records are merged by other lines, with the lines that do it."""
    ties: dict[str, dict[str, Decision]] = {}
    for one in found:
        if one.decision == MERGE:
            left, right = short(one.left_id), short(one.right_id)
            ties.setdefault(left, {}).setdefault(right, one)
            ties.setdefault(right, {}).setdefault(left, one)
    problems = []
    for one in found:
        chain = _chain(ties, short(one.left_id), short(one.right_id)) if one.decision == SPLIT else []
        if not chain:
            continue
        # What is decided now is last in the file; so the line to look at is the latest of them.
        lines = sorted([one, *chain], key=lambda each: each.line or len(found) + 2)
        where = [f"{shown}:{each.line}" if each.line else "the new decision" for each in lines]
        verb = {MERGE: "merges", SPLIT: "keeps apart"}
        what = (
            f"{verb[lines[-1].decision]} records that {', '.join(where[:-1])}"
            f" {'decides' if len(lines) == 2 else 'decide'} otherwise."
        )
        problems.append(
            Problem(
                what[0].upper() + what[1:] if not lines[-1].line else what,
                where=where[-1] if lines[-1].line else None,
                expected="; ".join(
                    f"{place} says {each.decision}" for place, each in zip(where, lines, strict=True)
                )
                + ".",
                hint="take out the line that is wrong; version control keeps it",
            )
        )
    return problems


def _chain(ties: Mapping[str, Mapping[str, Decision]], start: str, end: str) -> list[Decision]:
    """The fewest merges that lead from one record to another; empty when none do."""
    came: dict[str, tuple[str, Decision] | None] = {start: None}
    queue = deque([start])
    while queue and end not in came:
        here = queue.popleft()
        for there, one in ties.get(here, {}).items():
            if there not in came:
                came[there] = (here, one)
                queue.append(there)
    chain = []
    step = came.get(end)
    while step:
        chain.append(step[1])
        step = came[step[0]]
    return chain


def _read(path: Path, shown: str) -> tuple[list[Decision], _Form, list[Problem]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], _Form(), []
    except OSError as error:
        return [], _Form(), [Problem(f"cannot be read: {error.strerror}.", where=shown)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save it as 'CSV UTF-8' in the spreadsheet"
        return [], _Form(), [Problem("is not UTF-8.", where=f"{shown}:{line}", hint=hint)]
    if "\0" in text:
        return [], _Form(), [Problem("holds zero bytes, so it is no text.", where=shown)]
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("sep=")), "")
    delimiter = max(",;\t", key=first.count)
    end = "\r\n" if "\r\n" in text else "\n"
    problems: list[Problem] = []
    found: list[Decision] = []
    columns: tuple[str, ...] = ()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    ended = 0
    try:
        for cells in reader:
            at, ended = ended + 1, reader.line_num
            if not any(cell.strip() for cell in cells) or (not columns and cells[0].startswith("sep=")):
                continue
            where = f"{shown}:{at}"
            if not columns:
                columns = tuple(cell.strip().lower() for cell in cells)
                problems += _header(columns, where)
                if problems:
                    break
            elif len(cells) > len(columns) and any(cells[len(columns) :]):
                problems.append(_too_many(len(cells), len(columns), where))
            else:
                one = _line(dict(zip(columns, cells, strict=False)), at)
                problems += _wrong(one, where)
                found.append(one)
    except csv.Error as error:
        problems.append(Problem(f"cannot be read as CSV: {error}.", where=f"{shown}:{ended + 1}"))
    return found, _Form(columns or HEADER, delimiter, end), problems


def _header(columns: Sequence[str], where: str) -> list[Problem]:
    expected = f"Expected the header {','.join(HEADER)}."
    missing = [
        Problem(f"has no column {name}.", where, expected, did_you_mean(name, set(columns) - set(HEADER)))
        for name in NEEDED
        if name not in columns
    ]
    twice = sorted({name for name in columns if name in HEADER and columns.count(name) > 1})
    return missing + [Problem(f"has the column {name} twice.", where, expected) for name in twice]


def _too_many(n: int, known: int, where: str) -> Problem:
    hint = "a cell that holds the delimiter stands in double quotes"
    return Problem(f"has {n} cells, the header has {known}.", where=where, hint=hint)


def _line(cells: Mapping[str, str], at: int) -> Decision:
    known = {name: _unguard(cells.get(name) or "").strip() for name in HEADER}
    return Decision(**(known | {"decision": known["decision"].lower()}), line=at)


def _wrong(one: Decision, where: str) -> Iterable[Problem]:
    if one.decision not in WORDS:
        hint = did_you_mean(one.decision, WORDS)
        said = f"decides {one.decision!r}." if one.decision else "decides nothing."
        yield Problem(said, where=where, expected="Expected merge or split.", hint=hint)
    for side in ("left_id", "right_id"):
        if not getattr(one, side):
            yield Problem(f"has no {side}.", where=where, hint="'gristmill review' lists the ids of records")
    if one.left_id and len(one.pair) == 1:
        yield Problem("names one record twice.", where=where, hint="take the line out")


def _add(path: Path, new: Decision, form: _Form) -> int:
    """Append one line in one write; a write that fails half-way is taken back."""
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=form.delimiter, lineterminator=form.end)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(handle).st_size
        before = path.read_bytes() if size else b""
        if not before.decode("utf-8-sig").strip():
            # The mark makes Excel read Hangul; git and every reader of utf-8-sig do not mind it.
            text.write(BOM if not size else "")
            out.writerow(form.columns)
        elif not before.endswith(b"\n"):
            text.write(form.end)
        out.writerow(_guard(str(getattr(new, name, ""))) for name in form.columns)
        data = text.getvalue().encode("utf-8")
        try:
            if os.write(handle, data) != len(data):
                raise OSError(28, "the disk is full")
            os.fsync(handle)
        except OSError as error:
            os.ftruncate(handle, size)
            raise SourceError(Problem(f"cannot be written: {error.strerror}.", where=path.name)) from error
    finally:
        os.close(handle)
    return (before + data).count(b"\n")


def _replace(path: Path, data: bytes) -> None:
    """Write a file anew, in one step that a crash cannot cut in two."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SourceError(Problem(f"cannot be written: {error.strerror}.", where=path.name)) from error


def _guard(cell: str) -> str:
    # A line break within a cell is for people; one line a decision keeps file:line true.
    cell = " ".join(cell.split())
    return f"'{cell}" if FORMULA.match(cell) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell
