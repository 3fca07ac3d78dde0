"""What the tools keep open: opening a run of a million customers takes seconds, an answer must not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Generic, Protocol, TypeVar

from gristmill import project, runs
from gristmill.errors import ConfigError, Problem
from gristmill.mill import Mill
from gristmill.project import Project

ANNOUNCED_S = 2.0


class Closable(Protocol):
    """What belongs to a project and can be let go of."""

    @property
    def project(self) -> Project:
        """As it was when this was opened."""

    def close(self) -> None:
        """Let go."""


T = TypeVar("T", bound=Closable)


class OneAProject(Generic[T]):
    """One open thing a project, opened anew when ``is_old`` says so or gristmill.toml changed."""

    def __init__(self, make: Callable[[Project], T], is_old: Callable[[T], bool]) -> None:
        self._make, self._is_old = make, is_old
        self._held: dict[Path, T] = {}

    def of(self, start: str | Path | None = None) -> T:
        """Of the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``)."""
        found = project.load(Path(start) if start else None)
        held = self._held.get(found.root)
        if held is not None and (self._is_old(held) or held.project != found):
            self._held.pop(found.root).close()
            held = None
        if held is None:
            held = self._held[found.root] = self._make(found)
        return held

    def close(self) -> None:
        """Let go of all that is held."""
        while self._held:
            self._held.popitem()[1].close()


def mill(start: str | Path | None = None) -> Mill:
    """The published run of the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``).

    What is made in it is a scratch copy. It is opened anew when another run is published or gristmill.toml changed;
    templates that changed are read again by ``Mill.reread``. Raises ConfigError when nothing is published.
    """
    return _MILLS.of(start)


def _opened(found: Project) -> Mill:
    made = Mill(found)
    if made.published is None:
        made.close()
        raise ConfigError(Problem(f"{found.name} has no published run to look at.", hint="gristmill run"))
    return made


@contextmanager
def announced(text: str) -> Iterator[None]:
    """Print what a cell waits for, when it takes longer than a moment: there is no screen yet that could say it."""
    said = Timer(ANNOUNCED_S, _printed, (text,))
    said.daemon = True
    said.start()
    try:
        yield
    finally:
        said.cancel()


def _printed(text: str) -> None:
    from gristmill.pages import own_words
    from gristmill.report.words import Words

    found = project.load()
    sys.stdout.write(Words(found.locale, own_words(found)).catalogue.say(text) + "\n")
    sys.stdout.flush()


def is_old(held: Mill) -> bool:
    """True when a newer run was published since."""
    now = runs.current(held.project)
    return now is not None and (held.published is None or now.run != held.published.run)


def close() -> None:
    """Let go of every run that is held."""
    _MILLS.close()


_MILLS = OneAProject(_opened, is_old)
