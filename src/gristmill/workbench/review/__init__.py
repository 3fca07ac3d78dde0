"""``gm.review``: doubtful customers, decided one by one, by functions or in the studio.

>>> import gristmill as gm
>>> gm.review.queue()                                  # what is worth deciding first
>>> gm.review.pair("crm:17", "shop:1136")              # side by side, with what speaks for and against
>>> gm.review.decide("crm:17", "shop:1136", "merge", why="same phone, moved house")
>>> gm.review.undo()
>>> gm.review.progress()
>>> gm.review.studio()                                 # all of it with keys

A decision is a line of ``reviews/decisions.csv`` when the call returns; the next run follows it. What is shown is masked
unless ``show=True``; a cell that shows persons in the clear says so on top, and its output is kept in the notebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gristmill.workbench.opened import OneAProject

if TYPE_CHECKING:
    from gristmill.project import Project
    from gristmill.workbench.review.counting import Progress
    from gristmill.workbench.review.desk import Desk, Done
    from gristmill.workbench.review.listing import Queue
    from gristmill.workbench.review.pairs import Pair
    from gristmill.workbench.review.widget import Studio

__all__ = ["close", "decide", "opened", "pair", "progress", "queue", "studio", "undo"]


def _desk(found: Project) -> Desk:
    from gristmill.workbench.review.desk import Desk

    return Desk(found)


_DESKS = OneAProject(_desk, lambda held: held.is_old)
"""Opening a run of a million customers takes seconds: one desk a project is kept, until another run is published."""


def opened(start: str | Path | None = None) -> Desk:
    """The desk of the project at or above ``start`` (default: here, or ``GRISTMILL_PROJECT``)."""
    return _DESKS.of(start)


def close() -> None:
    """Let go of every project that is held."""
    _DESKS.close()


def queue(most: int = 20, *, show: bool = False) -> Queue:
    """The doubts that are left, the most valuable first."""
    from gristmill.workbench.review.listing import queue as listed

    return listed(opened(), most, show=show)


def pair(left: str, right: str, *, show: bool = False) -> Pair:
    """Two records side by side. Raises ParameterError for a record that the published run does not have."""
    at = opened()
    at.refresh()
    (one, _, _), (other, _, _) = at.named(left, right)
    return at.pair(one, other, show=show)


def decide(left: str, right: str, answer: str, why: str = "") -> Done:
    """Decide that two records are one customer (``merge``) or two (``split``), or put it off (``skip``).

    Raises ParameterError for a record or an answer that is not there, SourceError for what contradicts the file.
    """
    return opened().decide(left, right, answer, why)


def undo() -> Done:
    """Take back what you did last, a decision or a skip, unless a run follows it already."""
    return opened().undo()


def progress() -> Progress:
    """How far the queue is, and what decisions say about the weights."""
    return opened().progress()


def studio(*, show: bool = True) -> Studio:
    """Decide with keys: M merge, S split, N not now, U undo. Values are in the clear on the screen only."""
    from gristmill.workbench.opened import announced
    from gristmill.workbench.review.widget import Studio

    with announced("Opening the doubts of the run …"):
        desk = opened()
    return Studio(desk, show=show)
