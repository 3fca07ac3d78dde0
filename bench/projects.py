"""What the benchmarks share: make a project with the command line, run it, and read what came out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import Entry, Measured, failure, measure, say

from gristmill.engine.duckdb import DuckDBEngine

GRISTMILL = str(Path(sys.executable).with_name("gristmill"))
AS_OF = "2026-11-01"
"""The day sample data ends on, as in 'gristmill demo'."""


class BenchError(Exception):
    """A step of a benchmark failed; its output was shown."""


def step(name: str, *words: str | Path, cwd: Path | None = None, good: Sequence[int] = (0,)) -> Measured:
    """One gristmill command, measured and said. Raises BenchError with its output when it fails."""
    done = measure(Entry(name, [GRISTMILL, *map(str, words)], cwd=cwd), good=good)
    say(
        f"  {name:<10} {done.wall_s:8.1f} s  CPU {done.cpu_s:8.1f} s  {done.peak_mb:8.0f} MB  load {done.load:.1f}"
    )
    if done.exit_code not in good:
        raise BenchError(failure(done))
    return done


@dataclass(frozen=True)
class Ran:
    """A project after a run: the folder, its run.json, and what init, add and run took."""

    folder: Path
    record: dict[str, Any]
    measured: dict[str, Measured]

    @property
    def database(self) -> Path:
        """The published run's database."""
        return self.folder / ".gristmill" / "runs" / self.record["run"] / "warehouse.duckdb"

    @property
    def stages(self) -> dict[str, float]:
        """Stage → seconds, in order."""
        return {one["stage"]: one["seconds"] for one in self.record["stages"]}

    @property
    def relations(self) -> dict[str, tuple[int, float]]:
        """Relation → (rows, seconds), in the order they were made."""
        return {one["relation"]: (one["n_rows"], one["seconds"]) for one in self.record["relations"]}

    @property
    def report_bytes(self) -> dict[str, int]:
        """Page of the report → bytes."""
        pages = sorted((self.folder / "reports" / self.record["run"]).glob("*.html"))
        return {page.name: page.stat().st_size for page in pages}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query against the published run."""
        with DuckDBEngine(self.database, read_only=True, patience_s=60) as engine:
            return engine.rows(sql)


def run(folder: Path, files: Sequence[str | Path], *, as_of: str, params: Sequence[str] = ()) -> Ran:
    """init, add, run: the steps of the README. A critical check that fails (exit code 1) is a result too."""
    measured = {
        "init": step("init", "init", folder),
        "add": step("add", "add", *files, cwd=folder),
    }
    return again(folder, as_of=as_of, params=params, measured=measured)


def again(
    folder: Path, *, as_of: str, params: Sequence[str] = (), measured: dict[str, Measured] | None = None
) -> Ran:
    """Run a project that is there, and read what was published."""
    words = [word for one in params for word in ("--param", one)]
    done = step("run", "run", "--quiet", "--as-of", as_of, *words, cwd=folder, good=(0, 1))
    name = (folder / ".gristmill" / "current").read_text(encoding="utf-8").strip()
    path = folder / ".gristmill" / "runs" / name / "run.json"
    return Ran(folder, json.loads(path.read_text(encoding="utf-8")), {**(measured or {}), "run": done})


def mb(n_bytes: float) -> str:
    """Bytes as MB of 10^6."""
    return f"{n_bytes / 1e6:,.1f} MB"
