"""Decide about values one by one, or many at once: lines of ``reviews/values.csv``, checked before they are written."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gristmill.cluster.find import Proposal
from gristmill.cluster.merges import FILE, accepted
from gristmill.cluster.reviews import OPEN, Line, read, write
from gristmill.errors import Problem, RunError, SourceError

BY_HAND = "by hand"
"""Method of a line that no template proposed."""


def decided(
    lines: Sequence[Line],
    column: str,
    pairs: Sequence[Proposal],
    decision: str,
    *,
    who: str,
    when: str,
    note: str = "",
) -> list[Line]:
    """The lines with these pairs decided: a line of the same two values in its place, others last."""
    kept = list(lines)
    places = {frozenset((one.before, one.after)): i for i, one in enumerate(kept) if one.column == column}
    for pair in pairs:
        known = places.get(frozenset((pair.before, pair.after)))
        old = kept[known] if known is not None else None
        new = Line(
            column,
            pair.before,
            pair.after,
            n=str(pair.n),
            method=pair.method,
            confidence=f"{pair.confidence:.2f}" if pair.confidence else "",
            decision=decision,
            decided_by=who,
            decided_at=when,
            note=note or (old.note if old else ""),
            more=old.more if old else {},
            line=old.line if old else 0,
        )
        if known is None:
            places[frozenset((pair.before, pair.after))] = len(kept)
            kept.append(new)
        elif old and (old.before, old.after, old.decision) != (pair.before, pair.after, decision):
            kept[known] = new
    return kept


def decide(
    path: Path,
    column: str,
    pairs: Sequence[Proposal],
    decision: str,
    *,
    lock: Path,
    who: str,
    when: str,
    note: str = "",
    shown: str = FILE,
) -> int:
    """Enter decisions into the file, on disk when this returns; returns how many lines are new or changed.

    Raises SourceError when the file cannot be read, or could not be followed with them; it is left alone then.
    """

    def change(before: Sequence[Line]) -> list[Line]:
        after = decided(before, column, pairs, decision, who=who, when=when, note=note)
        _check(before, after, shown)
        return after

    before, after = _changed(path, change, lock=lock, shown=shown)
    known = set(map(_key, before))
    return sum(_key(line) not in known for line in after)


def take_back(path: Path, *, lock: Path, who: str, column: str = "", shown: str = FILE) -> list[Line]:
    """Open again what ``who`` decided last, all that was decided at once; returns the lines as they were decided.

    Lines that no template proposed are taken out. Raises SourceError when this person decided nothing (in the column,
    if one is named), or when the file could not be followed without it; it is left alone then.
    """
    gone: list[Line] = []

    def change(before: Sequence[Line]) -> list[Line]:
        mine = [
            line
            for line in before
            if line.decision and line.decided_by == who and column in ("", line.column)
        ]
        if not mine:
            raise SourceError(Problem(f"{who} decided nothing here that could be taken back.", where=shown))
        last = max(line.decided_at for line in mine)
        gone.extend(line for line in mine if line.decided_at == last)
        after = [
            replace(line, decision=OPEN, decided_by="", decided_at="") if line in gone else line
            for line in before
            if line not in gone or line.method != BY_HAND
        ]
        _check(before, after, shown)
        return after

    _changed(path, change, lock=lock, shown=shown)
    return gone


def _check(before: Sequence[Line], after: Sequence[Line], shown: str) -> None:
    """Refuse lines that could not be followed together; a file that is wrong already says so by its own lines."""
    accepted(before, shown)
    try:
        # A new line has no place in the file yet: it will stand after the last.
        last = max((line.line for line in after), default=1)
        numbered = []
        for line in after:
            last += not line.line
            numbered.append(line if line.line else replace(line, line=max(last, 2)))
        accepted(numbered, shown)
    except SourceError as error:
        raise SourceError(
            [
                replace(one, what=f"would then say what cannot be followed: it {one.what}")
                for one in error.problems
            ]
        ) from error


def _key(line: Line) -> tuple[str, ...]:
    return (line.column, line.before, line.after, line.decision, line.decided_by, line.decided_at)


def _changed(
    path: Path, change: Callable[[Sequence[Line]], list[Line]], *, lock: Path, shown: str
) -> tuple[list[Line], list[Line]]:
    with _held(lock):
        before = read(path, shown)
        after = change(before)
        if after != before:
            try:
                write(path, after)
            except OSError as error:
                raise RunError(f"{shown} cannot be written: {error.strerror}.") from error
    return before, after


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Two commands or screens at once wait for each other."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise RunError(f"{lock} cannot be written: {error.strerror}.") from error
