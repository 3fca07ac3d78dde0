"""One at a time: JupyterLab answers widgets in a thread of its own, also while a cell runs, and both use one connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from IPython.core.getipython import get_ipython

SOON_S = 0.5
_turn = threading.RLock()
_cells = threading.local()


def watch() -> None:
    """From now on, and from within the cell that runs, let answers wait for cells and cells for answers."""
    shell = get_ipython()
    if shell is None or _begin in shell.events.callbacks["pre_run_cell"]:
        return
    shell.events.register("pre_run_cell", _begin)
    shell.events.register("post_run_cell", _end)
    _begin()


@contextmanager
def turn(waits: Callable[[], None]) -> Iterator[None]:
    """Take a turn; ``waits`` is called where it does not come soon, so that nobody is taken for dead."""
    if not _turn.acquire(timeout=SOON_S):
        waits()
        _turn.acquire()
    try:
        yield
    finally:
        _turn.release()


def _begin(*_: object) -> None:
    # Once, however often: a cell that never ended, or one that runs another, must not hold it for good.
    if not getattr(_cells, "is_held", False):
        _turn.acquire()
        _cells.is_held = True


def _end(*_: object) -> None:
    if getattr(_cells, "is_held", False):
        _cells.is_held = False
        _turn.release()
