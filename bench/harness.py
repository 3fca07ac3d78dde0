"""Run commands in turn, several times, each in a process of its own, and compare what they cost.

Machines are noisy, so nothing is measured alone: in every round each entry runs once, the order turns
around from round to round, and what is compared is rounds, not two afternoons. Measured are wall time,
CPU time of the whole process tree, and its peak memory.

    python bench/harness.py --rounds 5 'old=gristmill run' 'new=bench/entries.py:new_way'

See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

FIGURES = "GRISTMILL_BENCH_FIGURES"
"""Environment variable: the file a measured process may write figures of its own to."""
LOOK_EVERY_S = 0.1
"""How often memory is looked at. A peak between two looks is still seen if one process alone made it."""
BUILT_IN = {"wall_s": "wall s", "cpu_s": "CPU s", "peak_mb": "peak MB"}
SHOWN_LINES = 40
"""Lines of output shown of a command that failed."""


@dataclass(frozen=True)
class Entry:
    """A named command. ``command`` is a list of words, or ``path.py:function`` for a Python function."""

    name: str
    command: Sequence[str] | str
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> list[str]:
        """What is executed; a function is called by a fresh interpreter, with no arguments."""
        if not isinstance(self.command, str):
            return [str(word) for word in self.command]
        path, _, function = self.command.rpartition(":")
        here = str(Path(__file__).parent)
        code = f"import sys, runpy; sys.path.insert(0, {here!r}); runpy.run_path({path!r})[{function!r}]()"
        return [sys.executable, "-c", code]


@dataclass(frozen=True)
class Measured:
    """One execution. Times in seconds, ``peak_mb`` in MB of 10^6 bytes; ``output`` is kept of failures only."""

    name: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int
    load: float
    """Load average of the last minute when it began: what else the machine was doing."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What the process measured itself, by name."""
    output: str = ""


def figure(name: str, value: float) -> None:
    """Called inside a measured process: report a figure of its own, such as seconds without imports."""
    path = os.environ.get(FIGURES)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: value}) + "\n")


def measure(entry: Entry, *, good: Sequence[int] = (0,)) -> Measured:
    """Execute one entry and wait for it. An exit code that is not ``good`` keeps the output."""
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
        figures, printed = Path(temp) / "figures", Path(temp) / "output"
        load = os.getloadavg()[0]
        started = time.perf_counter()
        with printed.open("wb") as out:
            process = subprocess.Popen(
                entry.words(),
                cwd=entry.cwd,
                env={**environment(), **entry.env, FIGURES: str(figures)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            with _Memory(process.pid) as memory:
                # rusage is that of the process and of every child it waited for.
                _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        return Measured(
            name=entry.name,
            wall_s=wall,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mb=max(memory.peak, usage.ru_maxrss * 1024) / 1e6,
            exit_code=process.returncode,
            load=load,
            figures=_read_figures(figures),
            output="" if process.returncode in good else printed.read_text("utf-8", "replace"),
        )


def environment() -> dict[str, str]:
    """This environment, with compiled modules allowed: without them every start compiles all libraries anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _read_figures(path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            found.update(json.loads(line))
    return found


class _Memory:
    """Looks at the resident memory of a process and all its descendants; ``peak`` is in bytes.

    Pages that processes share count in each of them, so a tree of many kernels is overstated a little.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            total = 0
            try:
                tree = [self._root, *self._root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            for process in tree:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)


def rounds(
    entries: Sequence[Entry],
    *,
    n: int = 5,
    warm: int = 1,
    before: Callable[[Entry], object] = lambda _: None,
) -> list[Measured]:
    """Run all entries ``n`` times, interleaved, after ``warm`` rounds that do not count.

    The order turns around every round, so that a drift of the machine hits all alike. ``before`` is
    called untimed ahead of each execution. What failed is in the result with its exit code and output.
    """
    kept = []
    for at in range(warm + n):
        done: dict[str, Measured] = {}
        for entry in entries if at % 2 == 0 else reversed(entries):
            before(entry)
            one = done[entry.name] = measure(entry)
            label = f"round {at + 1 - warm} of {n}" if at >= warm else "warming up"
            say(
                f"{label:<14} {entry.name:<24} {one.wall_s:8.2f} s  {one.peak_mb:8.0f} MB  load {one.load:.1f}"
            )
            if one.exit_code:
                say(failure(one))
        if at >= warm:
            # In the order given, whatever the order they ran in: the first is the base of the ratios.
            kept.extend(done[entry.name] for entry in entries)
    return kept


def say(line: str) -> None:
    """Progress goes to stderr; stdout is for results."""
    print(line, file=sys.stderr, flush=True)


def failure(one: Measured) -> str:
    """What to show of an execution that failed."""
    lines = one.output.rstrip().splitlines()
    shown = "\n".join(f"  | {line}" for line in lines[-SHOWN_LINES:])
    return f"{one.name} failed with exit code {one.exit_code}; its last lines:\n{shown or '  | (no output)'}"


def quantities(measured: Sequence[Measured]) -> dict[str, str]:
    """Name → heading of everything measured: the built-in three, then figures of the processes' own."""
    own = dict.fromkeys(name for one in measured for name in one.figures)
    return {**BUILT_IN, **{name: name for name in own}}


def values(measured: Sequence[Measured], entry: str, quantity: str) -> list[float]:
    """One value a round that succeeded, in order."""
    mine = [one for one in measured if one.name == entry and not one.exit_code]
    if quantity in BUILT_IN:
        return [getattr(one, quantity) for one in mine]
    return [one.figures[quantity] for one in mine if quantity in one.figures]


def ratios(measured: Sequence[Measured], base: str, other: str, quantity: str) -> list[float]:
    """other / base round by round, where both succeeded."""
    mine: dict[str, list[float | None]] = {base: [], other: []}
    for one in measured:
        if one.name in mine:
            value = getattr(one, quantity) if quantity in BUILT_IN else one.figures.get(quantity)
            mine[one.name].append(None if one.exit_code else value)
    both = zip(mine[base], mine[other], strict=True)
    return [o / b for b, o in both if b and o is not None]


def summary(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """One row an entry and quantity: median, min, max, and the ratio of medians to the first entry's."""
    names = list(dict.fromkeys(one.name for one in measured))
    rows = []
    for quantity in quantities(measured):
        base = values(measured, names[0], quantity) if names else []
        for name in names:
            mine = values(measured, name, quantity)
            if not mine:
                continue
            row: dict[str, Any] = {
                "quantity": quantity,
                "entry": name,
                "n": len(mine),
                "median": statistics.median(mine),
                "min": min(mine),
                "max": max(mine),
            }
            if name != names[0] and base and statistics.median(base):
                spread = ratios(measured, names[0], name, quantity)
                row["ratio"] = statistics.median(mine) / statistics.median(base)
                row["ratio_min"], row["ratio_max"] = min(spread), max(spread)
            rows.append(row)
    return rows


def report(measured: Sequence[Measured]) -> str:
    """The summary as a table, failures counted below it."""
    headings = quantities(measured)
    cells = []
    for row in summary(measured):
        ratio = (
            f"{row['ratio']:.2f} ({row['ratio_min']:.2f} to {row['ratio_max']:.2f})" if "ratio" in row else ""
        )
        numbers = [f"{row[name]:,.2f}" for name in ("median", "min", "max")]
        cells.append([headings[row["quantity"]], row["entry"], str(row["n"]), *numbers, ratio])
    text = table(["", "entry", "n", "median", "min", "max", "ratio (of rounds)"], cells, left=2)
    failed = [one for one in measured if one.exit_code]
    for name in dict.fromkeys(one.name for one in failed):
        text += f"\n{name}: {sum(one.name == name for one in failed)} executions failed and are left out"
    return text


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """An aligned table; the first ``left`` columns are texts, the others numbers."""
    widths = [max(len(line[i]) for line in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def write_json(path: Path, **content: Any) -> None:
    """Write results with what is needed to read them a year later: machine, versions, load."""
    from importlib.metadata import version

    machine = {
        "cpus": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": sys.version.split()[0],
        "duckdb": version("duckdb"),
        "load": os.getloadavg(),
    }
    path.write_text(
        json.dumps({"machine": machine, **content}, indent=1, default=_plain) + "\n", encoding="utf-8"
    )
    say(f"wrote {path}")


def _plain(value: Any) -> Any:
    return asdict(value) if hasattr(value, "__dataclass_fields__") else str(value)


def parse(text: str) -> Entry:
    """``name=command with words`` or ``name=path.py:function``."""
    name, sign, command = text.partition("=")
    if not sign or not re.fullmatch(r"[\w .-]+", name) or not command.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not 'name=command' or 'name=path.py:function'")
    if re.fullmatch(r"\S+\.py:[A-Za-z_]\w*", command):
        return Entry(name, command)
    return Entry(name, shlex.split(command))


def main() -> int:
    """Compare the entries of the command line; 1 when an execution failed."""
    parser = argparse.ArgumentParser(description="Run commands in turn and compare what they cost.")
    parser.add_argument(
        "entries", nargs="+", type=parse, metavar="NAME=COMMAND", help="the first is the base of ratios"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each runs (default 5)")
    parser.add_argument("--warm", type=int, default=1, help="rounds ahead that do not count (default 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every execution and the summary")
    given = parser.parse_args()
    if given.rounds < 1 or given.warm < 0:
        parser.error("--rounds is at least 1 and --warm at least 0")
    if len({entry.name for entry in given.entries}) < len(given.entries):
        parser.error("two entries have the same name")
    measured = rounds(given.entries, n=given.rounds, warm=given.warm)
    print(report(measured))
    if given.json:
        write_json(given.json, measured=measured, summary=summary(measured))
    return 1 if any(one.exit_code for one in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
