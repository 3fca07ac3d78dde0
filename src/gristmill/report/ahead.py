"""Charts drawn ahead: in a process of its own, while the notebooks that come next are executed.

Drawing is most of what a page costs. A chart that was not drawn ahead, for whatever reason, is drawn with its page.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path

from gristmill.report import specs
from gristmill.report.display import Payload, payloads
from gristmill.report.svg import key, raw
from gristmill.report.words import Words

LEAST = 4
"""Charts of a notebook from which another process is worth its start."""


class Ahead:
    """Draws the charts of executed notebooks in the language of their pages; ``drawn`` waits for what is under way."""

    def __init__(self, locale: str, own_words: Sequence[Path] = ()) -> None:
        self._words = (locale, tuple(own_words))
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: list[Future[dict[str, str]]] = []

    def take(self, notebook: Path) -> None:
        """Begin with the charts of a notebook; one that cannot be read, or has few, is left to its page."""
        try:
            n_charts = sum(1 for _ in _charts(notebook))
        except (OSError, ValueError):
            return
        if n_charts < LEAST and self._pool is None:
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_behave)
        self._under_way.append(self._pool.submit(drawings, notebook, *self._words))

    def drawn(self) -> Mapping[str, str]:
        """Everything that was drawn, by the key of its specification; the process ends."""
        found: dict[str, str] = {}
        for one in self._under_way:
            try:
                found |= one.result()
            except (OSError, ValueError, BrokenProcessPool):
                continue
        self.stop()
        return found

    def stop(self) -> None:
        """Let go of the process, whatever it is at."""
        self._under_way = []
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def drawings(notebook: Path, locale: str, own_words: Sequence[Path]) -> dict[str, str]:
    """Both drawings of every chart of an executed notebook, by the key of their specification."""
    say = Words(locale, own_words).catalogue.payload
    wanted = [
        specs.build(say(payload), compact=compact)
        for payload in _charts(notebook)
        for compact in (False, True)
    ]
    return {key(spec): raw(spec) for spec in wanted}


def _behave() -> None:
    """Leave Ctrl-C to the driver, and end with it: a worker by itself would wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    driver = parent_process()

    def follow() -> None:
        if driver:
            driver.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _charts(notebook: Path) -> Iterator[Payload]:
    """The charts that have anything to draw."""
    for payload in payloads(json.loads(notebook.read_text(encoding="utf-8"))):
        if payload.get("kind") == "chart" and any(point["y"] is not None for point in payload["points"]):
            yield payload
