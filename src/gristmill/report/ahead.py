"""Charts drawn ahead: in a process of its own, while the notebooks that come next are executed.

Drawing is most of what a page costs. A chart that was not drawn ahead, for whatever reason, is drawn with its page. The process
reads a notebook's path a line until its input ends, and then writes all it has drawn; so it never outlives its driver.
What an earlier run drew of the same specification, by the same library, is taken from there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from gristmill.report import specs
from gristmill.report.display import Payload, payloads
from gristmill.report.svg import key, raw
from gristmill.report.words import Words

LEAST = 4
"""Charts of a notebook from which another process is worth its start."""


class Ahead:
    """Draws the charts of executed notebooks in the language of their pages; ``drawn`` waits for what is under way."""

    def __init__(self, locale: str, own_words: Sequence[Path] = (), earlier: Path | None = None) -> None:
        """``earlier`` is what ``keep`` wrote of another run."""
        self._words = [str(earlier or ""), locale, *(str(path) for path in own_words)]
        self._worker: subprocess.Popen[str] | None = None

    def take(self, notebook: Path) -> None:
        """Begin with the charts of a notebook; one that cannot be read, or has few, is left to its page."""
        try:
            n_charts = sum(1 for _ in _charts(notebook))
        except (OSError, ValueError):
            return
        if n_charts < LEAST and self._worker is None:
            return
        with suppress(OSError):
            worker = self._worker = self._worker or self._start()
            if worker.stdin:
                worker.stdin.write(json.dumps(str(notebook)) + "\n")
                worker.stdin.flush()

    def drawn(self) -> Mapping[str, str]:
        """Everything that was drawn, by the key of its specification; the process ends."""
        found: dict[str, str] = {}
        if self._worker is not None:
            with suppress(OSError, ValueError):
                found = json.loads(self._worker.communicate()[0])
        self.stop()
        return found

    def stop(self) -> None:
        """Let go of the process, whatever it is at."""
        if self._worker is None:
            return
        self._worker.kill()
        with suppress(OSError, ValueError):
            # Closes its pipes as well.
            self._worker.communicate()
        self._worker = None

    def _start(self) -> subprocess.Popen[str]:
        # A session of its own: Ctrl-C is for the driver, which then stops it. -P: modules in the project's folder are not ours.
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "gristmill.report.ahead", *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )


def keep(drawn: Mapping[str, str], path: Path) -> None:
    """Write drawings down for a later run; one that cannot be written is drawn again."""
    with suppress(OSError):
        path.write_text(json.dumps({"by": _library(), "charts": dict(drawn)}), encoding="utf-8")


def _kept(path: str) -> Mapping[str, str]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        if found["by"] == _library():
            return dict(found["charts"])
    return {}


def _library() -> str:
    return version("vl-convert-python")


def drawings(notebook: Path, words: Words, earlier: Mapping[str, str]) -> dict[str, str]:
    """Both drawings of every chart of an executed notebook, by the key of their specification."""
    wanted = [
        specs.build(words.catalogue.payload(payload), compact=compact)
        for payload in _charts(notebook)
        for compact in (False, True)
    ]
    return {(known := key(spec)): earlier.get(known) or raw(spec) for spec in wanted}


def _charts(notebook: Path) -> Iterator[Payload]:
    """The charts that have anything to draw."""
    for payload in payloads(json.loads(notebook.read_text(encoding="utf-8"))):
        if payload.get("kind") == "chart" and any(point["y"] is not None for point in payload["points"]):
            yield payload


def _work(earlier: str, locale: str, own_words: Sequence[str]) -> None:
    words = Words(locale, [Path(path) for path in own_words])
    kept = _kept(earlier)
    found: dict[str, str] = {}
    for line in sys.stdin:
        with suppress(OSError, ValueError):
            found |= drawings(Path(json.loads(line)), words, kept)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _work(sys.argv[1], sys.argv[2], sys.argv[3:])
