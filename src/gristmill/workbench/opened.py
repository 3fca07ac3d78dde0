"""The published run, kept open for the tools: opening one of a million customers takes a second, an answer must not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from gristmill import project, runs
from gristmill.errors import ConfigError, Problem
from gristmill.mill import Mill

ANNOUNCED_S = 2.0
_HELD: dict[Path, Mill] = {}


def mill(start: str | Path | None = None) -> Mill:
    """The published run of the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``).

    What is made in it is a scratch copy. It is opened anew when another run is published or gristmill.toml changed;
    templates that changed are read again by ``Mill.reread``. Raises ConfigError when nothing is published.
    """
    found = project.load(Path(start) if start else None)
    held = _HELD.get(found.root)
    if held is not None and (is_old(held) or held.project != found):
        _HELD.pop(found.root).close()
        held = None
    if held is None:
        held = Mill(found)
        if held.published is None:
            held.close()
            raise ConfigError(Problem(f"{found.name} has no published run to look at.", hint="gristmill run"))
        _HELD[found.root] = held
    return held


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
    while _HELD:
        _HELD.popitem()[1].close()
