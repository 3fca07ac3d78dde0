"""Doubts that were put off: a small file of this machine, so that a kernel that is restarted still knows.

A skip says nothing about the pair, so it is no line of ``reviews/decisions.csv``. It holds while the run it was made in is the
published one: the doubt comes last in the queue.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from gristmill.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Skip:
    """One doubt put off. Ids are as in ``reviews/decisions.csv``."""

    run: str
    left_id: str
    right_id: str
    who: str
    at: str
    n_decided: int
    """How many decisions this person had made by then: what undo takes back first, the skip or a decision."""


class Skips:
    """The file with them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "skipped.jsonl"
        self._lock = folder / "skipped.lock"

    def stamp(self) -> tuple[int, int] | None:
        """Differs when somebody wrote."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def read(self, run: str) -> list[Skip]:
        """Those of a run, oldest first; a line cut short by a crash is no skip."""
        found = []
        with suppress(FileNotFoundError):
            for line in self.path.read_text(encoding="utf-8", errors="replace").split("\n"):
                with suppress(ValueError, TypeError):
                    found.append(Skip(**json.loads(line)))
        return [one for one in found if one.run == run]

    def add(self, one: Skip) -> None:
        """On disk when this returns. Skips of other runs are forgotten."""
        with self._held():
            self._write([*self.read(one.run), one])

    def remove(self, one: Skip) -> None:
        """Take it out again; nothing happens when it is gone already."""
        with self._held():
            self._write([each for each in self.read(one.run) if each != one])

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise RunError(f"{self.path} cannot be written: {error.strerror}.") from error

    def _write(self, all_of_them: list[Skip]) -> None:
        beside = self.path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in all_of_them)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
