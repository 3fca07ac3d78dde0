"""The published run, kept open for the tools: opening one of a million customers takes a second, an answer must not."""

from __future__ import annotations

from pathlib import Path

from gristmill import project, runs
from gristmill.errors import ConfigError, Problem
from gristmill.mill import Mill

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


def is_old(held: Mill) -> bool:
    """True when a newer run was published since."""
    now = runs.current(held.project)
    return now is not None and (held.published is None or now.run != held.published.run)


def close() -> None:
    """Let go of every run that is held."""
    while _HELD:
        _HELD.popitem()[1].close()
