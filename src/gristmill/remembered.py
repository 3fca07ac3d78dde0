"""What is costly to find out and always comes out the same, remembered for a user between processes.

Keys are hashes of everything a value depends on, so that nothing is ever stale: what changed has
another key. Being unable to read or write only makes work slower.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

MOST = 20_000
"""Entries kept; the oldest go first."""


def cache_file(name: str) -> Path:
    """A file in the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``)."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "gristmill" / name


class Remembered:
    """A JSON file of values by key. Processes that save at the same time lose at most each other's news.

    ``path`` None remembers within the process alone; a damaged file is started anew.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[str, Any] | None = None
        self._new: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """The value, None when it is not known."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(key)

    def put(self, key: str, value: Any) -> None:
        """Remember a value that JSON can hold; ``save`` writes it."""
        if self._known is None:
            self._known = self._read()
        self._known[key] = self._new[key] = value

    def save(self) -> None:
        """Write what was learned beside what others wrote meanwhile."""
        if not self._path or not self._new:
            return
        entries = {**self._read(), **self._new}
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(dict(list(entries.items())[-MOST:])), encoding="utf-8")
            part.replace(self._path)
        except OSError:
            return
        self._new = {}

    def _read(self) -> dict[str, Any]:
        if not self._path:
            return {}
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
