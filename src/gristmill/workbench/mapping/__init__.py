"""``gm.mapping``: which raw column feeds which canonical one, by functions or in the assistant.

>>> import gristmill as gm
>>> gm.mapping.guesses("crm")                               # what each column is taken for, and why
>>> gm.mapping.draft("crm", {"gender": "sex", "city": "trim(town)", "company": None})
>>> gm.mapping.save("crm", {"gender": "sex"})               # changes that column of the file, nothing else
>>> gm.mapping.undo()                                       # the mapping that was written last, put back
>>> gm.mapping.assistant("crm")                             # all of it on the screen

A mapping is a SELECT in ``sql/source/<source>__<entity>_v1.sql``. Where the project has one, single columns of it are
changed and the rest stays as its author wrote it. Sources are read as they are now, so this works before the first run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gristmill.workbench.opened import OneAProject

if TYPE_CHECKING:
    from gristmill.project import Project
    from gristmill.workbench.mapping.desk import Desk
    from gristmill.workbench.mapping.drafted import Choices, Drafted
    from gristmill.workbench.mapping.listing import Guesses
    from gristmill.workbench.mapping.widget import Assistant

__all__ = ["assistant", "close", "draft", "guesses", "opened", "save", "undo"]


def _desk(found: Project) -> Desk:
    from gristmill.workbench.mapping.desk import Desk

    return Desk(found)


_DESKS = OneAProject(_desk, lambda held: held.is_old)
"""Reading a source of a million rows takes seconds: one desk a project is kept, until another run is published."""


def opened(start: str | Path | None = None) -> Desk:
    """The desk of the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``)."""
    return _DESKS.of(start)


def close() -> None:
    """Let go of every project that is held."""
    _DESKS.close()


def guesses(source: str, entity: str | None = None, *, show: bool = False) -> Guesses:
    """What each raw column of a source is taken for, how sure that is, and why; samples are masked unless ``show``."""
    from gristmill.workbench.mapping.listing import guesses as listed

    return listed(opened(), source, entity, show=show)


def draft(source: str, choices: Choices | None = None, entity: str | None = None) -> Drafted:
    """The mapping with these choices, not written yet; ``print`` it to see the change.

    A choice is the name of a raw column, a SQL expression over them, or None for nothing. Raises ParameterError for
    what the database does not take, SourceError for a mapping that cannot be changed column by column.
    """
    return opened().draft(source, choices, entity)


def save(source: str, choices: Choices | None = None, entity: str | None = None) -> Path:
    """Write the mapping with these choices; returns its file. The next run follows it."""
    at = opened()
    return at.save(at.draft(source, choices, entity))


def undo() -> Path:
    """Put back the file of the mapping that was written last. Raises RunError when there is none, or it was changed since."""
    at = opened()
    return at.project.root / at.undo()


def assistant(source: str | None = None, *, show: bool = False) -> Assistant:
    """Raw columns to canonical ones on the screen: samples, guesses, reasons, the first rows as they are mapped."""
    from gristmill.workbench.mapping.widget import Assistant

    return Assistant(opened(), source, show=show)
