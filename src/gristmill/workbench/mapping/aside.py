"""Counts that take seconds, beside the questions of the screen: a choice must not wait for a count that it may make needless."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from gristmill.errors import GristmillError

if TYPE_CHECKING:
    from gristmill.engine.duckdb import DuckDBEngine


class Aside:
    """One query at a time in a thread of its own; whoever asked looks in again."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._twin: DuckDBEngine | None = None
        self._key: Hashable = None
        self._row: tuple[Any, ...] | None = None
        self._error: BaseException | None = None

    def start(self, engine: DuckDBEngine, key: Hashable, sql: str) -> None:
        """Begin a query of one row, known by ``key``; nothing happens while another is under way."""
        if self._thread is None:
            self._key, self._row, self._error = key, None, None
            self._twin = engine.beside()
            self._thread = Thread(target=self._work, args=(self._twin, sql), daemon=True)
            self._thread.start()

    def _work(self, twin: DuckDBEngine, sql: str) -> None:
        # Whatever goes wrong is raised where the row is asked for.
        try:
            self._row = twin.rows(sql)[0]
        except (GristmillError, RuntimeError, MemoryError, KeyboardInterrupt) as error:
            self._error = error

    def done(self) -> tuple[Hashable, tuple[Any, ...]] | None:
        """The key and the row of the query that ended, once; None while it goes on, or when there is none.

        Raises what the query raised.
        """
        if self._thread is None or self._thread.is_alive():
            return None
        self._let_go()
        if self._error is not None:
            raise self._error
        assert self._row is not None
        return self._key, self._row

    def stop(self) -> None:
        """End what is under way."""
        if self._thread is not None:
            if self._twin is not None:
                self._twin.interrupt()
            self._thread.join()
            self._let_go()

    def _let_go(self) -> None:
        if self._twin is not None:
            with suppress(Exception):
                self._twin.close()
        self._thread = self._twin = None
