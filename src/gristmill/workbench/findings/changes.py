"""A change to a file of the project: drafted, looked at, applied, taken back.

What was applied last is noted in the project's state folder, so that a restarted kernel can take it back as well.
Version control shows every change; nothing here hides one.
"""

from __future__ import annotations

import difflib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gristmill import project, reviewing, runs
from gristmill.errors import Problem, RunError

if TYPE_CHECKING:
    from gristmill.project import Project

NOTED = "changes.jsonl"
MOST_NOTED = 50
MAPPING = "mapping"
"""The kind of a mapping that was written; it is taken back where mappings are made, all others where findings are."""


@dataclass(frozen=True)
class Change:
    """What a file of the project would say instead."""

    kind: str
    """map, exclude, allow, severity, share, bound or mapping."""
    path: str
    """Within the project."""
    before: str | None
    """None: there is no such file in the project yet."""
    after: str
    says: str
    """What it does, in a sentence."""
    effect: str = ""
    """How many rows it is about, in a sentence; empty where that cannot be told before a run."""
    is_applied: bool = False
    is_personal: bool = False
    """It holds a value of a personal column: shown only where personal values are."""

    @property
    def diff(self) -> str:
        """The lines that differ, as version control shows them."""
        # Not by splitlines: a value may hold one of the many other marks that end a line.
        old, new = (text.removesuffix("\n").split("\n") if text else [] for text in (self.before, self.after))
        first = f"a/{self.path}" if self.before is not None else "/dev/null"
        # A project that had no file of its own: all lines are new to version control, few to a reader.
        return "\n".join(difflib.unified_diff(old, new, first, f"b/{self.path}", n=2, lineterm=""))

    def __str__(self) -> str:
        return "\n".join(one for one in (self.says, self.effect, self.diff) if one)

    def __repr__(self) -> str:
        return str(self)


def apply(change: Change, at: Project | None = None) -> Change:
    """Write the file, when it still is what the draft was made from."""
    at = at or project.load()
    path = at.root / change.path
    with _held(at):
        if _text(path) != change.before:
            raise RunError(
                Problem(f"{change.path} was changed meanwhile.", hint="draft the change again and look at it")
            )
        noted = asdict(change) | {"who": reviewing.who(at), "at": runs.now().isoformat()}
        _note(at, [*_noted(at), noted])
        _write(path, change.after)
    return Change(**{**asdict(change), "is_applied": True})


def undo(at: Project | None = None, *, of_mappings: bool = False) -> Change:
    """Put the file back as it was before the last change that stands. Raises RunError when it was changed since."""
    at = at or project.load()
    with _held(at):
        noted = _noted(at)
        left = [one for one in noted if (one["kind"] == MAPPING) == of_mappings]
        while left:
            newest = left.pop()
            noted.remove(newest)
            last = Change(**{name: newest[name] for name in Change.__dataclass_fields__})
            path = at.root / last.path
            now = _text(path)
            if now == last.after:
                if last.before is None:
                    path.unlink()
                else:
                    _write(path, last.before)
                _note(at, noted)
                return last
            if now != last.before:
                raise RunError(
                    Problem(
                        f"{last.path} was changed since, so this change cannot be taken back alone.",
                        hint="version control shows both changes",
                    )
                )
            # It was noted, and then the process was killed before it wrote; or it was put back by hand.
        _note(at, noted)
    raise RunError(Problem("No change was applied here that could be taken back."))


def last(at: Project, *, of_mappings: bool = False) -> str:
    """What undo would take back; empty when there is nothing."""
    noted = [one for one in _noted(at) if (one["kind"] == MAPPING) == of_mappings]
    return str(noted[-1]["says"]) if noted else ""


def _text(path: Path) -> str | None:
    """The file, line ends and all; None when there is none."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise RunError(f"{path.name} is not UTF-8, so it is not changed here.") from error


def text_of(at: Project, path: str) -> str | None:
    """A file of the project as it is; None when there is none."""
    return _text(at.root / path)


def _write(path: Path, text: str) -> None:
    from gristmill.report import atomic

    try:
        atomic.write(path, text)
    except OSError as error:
        raise runs.unwritable(path, error, expected="The file is as it was.") from error


def _noted(at: Project) -> list[dict[str, Any]]:
    found = []
    with suppress(FileNotFoundError):
        # Not by splitlines: a value may hold one of the many other marks that end a line.
        for line in (at.state / NOTED).read_text(encoding="utf-8", errors="replace").split("\n"):
            with suppress(ValueError):
                one = json.loads(line)
                if isinstance(one, dict) and set(Change.__dataclass_fields__) <= set(one):
                    found.append(one)
    return found


def _note(at: Project, noted: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in noted[-MOST_NOTED:])
    runs.write_atomically(at.state / NOTED, text)


@contextmanager
def _held(at: Project) -> Iterator[None]:
    """Two screens at once wait for each other; so does whoever decides about values, whose file this may be."""
    handles: list[int] = []
    try:
        at.state.mkdir(parents=True, exist_ok=True)
        for name in ("changes.lock", "values.lock"):
            handles.append(os.open(at.state / name, os.O_RDWR | os.O_CREAT, 0o644))
            fcntl.flock(handles[-1], fcntl.LOCK_EX)
    except OSError as error:
        for handle in handles:
            os.close(handle)
        raise runs.unwritable(at.state, error) from error
    try:
        yield
    finally:
        for handle in reversed(handles):
            os.close(handle)
