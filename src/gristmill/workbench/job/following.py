"""Start ``gristmill run`` as a process of its own, and tell from its files how far it is.

Nothing is kept in memory: the lock says which process runs, the run's folder what it has made. So a kernel that was
restarted, a second tab, and a run that a scheduler started are all told the same.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gristmill import runs, stages
from gristmill.errors import ConfigError, LockedError, ParameterError, Problem
from gristmill.project import Project
from gristmill.scalars import typed
from gristmill.workbench.job.asking import checked

STARTING, RUNNING, STOPPING = "starting", "running", "stopping"
ENDED, NONE = "ended", "none"
LOG, RECORD = "job.log", "job.json"
_STARTED: dict[int, subprocess.Popen[bytes]] = {}
"""Children of this process: asked how they ended, so that none stays as a zombie."""
SLOW_START_S = 120
"""A process that holds no lock for so long after it began is not the one that was started."""


@dataclass(frozen=True)
class Step:
    """A stage of the run."""

    name: str
    title: str
    status: str
    """waiting, running, done, failed, or kept (taken over from the published run)."""
    n_done: int = 0
    n_cells: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class State:
    """Where a run stands."""

    status: str
    """none (there was none yet), starting, running, stopping or ended."""
    run: str = ""
    pid: int | None = None
    is_ours: bool = False
    """Started by ``gm.job``, so that it can be stopped here."""
    as_of: str = ""
    started_at: str = ""
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    last: str = ""
    """The relation that was made last, with its rows."""
    n_made: int = 0
    outcome: str = ""
    """published, failed or broken; refused when it ended before a run began."""
    verdict: str = ""
    error: str = ""
    report: str = ""
    """Path of the report in the project; empty when there is none."""

    @property
    def is_under_way(self) -> bool:
        """True until it has ended."""
        return self.status in (STARTING, RUNNING, STOPPING)

    def __str__(self) -> str:
        if self.status == NONE:
            return "There was no run yet."
        if self.status == STARTING:
            return "The run is starting."
        if self.is_under_way:
            at = next((step for step in self.steps if step.status == "running"), None)
            where = f", {at.name} (cell {at.n_done} of {at.n_cells})" if at else ""
            return f"Run {self.run} is {self.status}: {self.seconds:.0f} s{where}. {self.last}".rstrip()
        return f"Run {self.run or 'refused'}: {self.outcome}. {self.error or self.verdict}".rstrip()


def start(
    project: Project,
    *,
    as_of: str | dt.date | None = None,
    only: Iterable[str] = (),
    params: Mapping[str, Any],
) -> State:
    """Check everything, start the process, note it in ``.gristmill/job.json``."""
    try:
        day = typed("date", as_of).isoformat() if as_of else None
    except ValueError as error:
        raise ParameterError(Problem(f"as_of cannot be {as_of!r}.", expected=str(error))) from error
    values = {name: value for name, value in checked(project, params).items() if value is not None}
    chosen = [stage.name for stage in stages.choose(stages.stages(project), only)]
    now = state(project)
    if now.is_under_way:
        raise LockedError(
            Problem(
                f"Another run is under way in {project.root.name} (process {now.pid}).",
                hint="wait until it ends, or stop it where it was started",
            )
        )
    words = [sys.executable, "-m", "gristmill", "run", "--config", str(project.config)]
    words += ["--as-of", day] if day else []
    words += [word for stage in chosen for word in ("--only", stage)]
    for name, value in values.items():
        words += ["--param", f"{name}={','.join(value) if isinstance(value, list) else value}"]
    try:
        project.state.mkdir(parents=True, exist_ok=True)
        with (project.state / LOG).open("wb") as log:
            # A session of its own: what ends the kernel or the terminal does not end the run.
            process = subprocess.Popen(
                words,
                cwd=project.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise runs.unwritable(project.state, error) from error
    _STARTED[process.pid] = process
    record = {"pid": process.pid, "started_at": runs.now().isoformat()}
    runs.write_atomically(project.state / RECORD, json.dumps(record) + "\n")
    return state(project)


def stop(project: Project) -> State:
    """Ask the run to end in order, as Ctrl-C does."""
    now = state(project)
    if not now.is_under_way:
        raise ConfigError(Problem("No run is under way."))
    if not now.is_ours or now.pid is None:
        raise LockedError(
            Problem(
                f"The run was started elsewhere (process {now.pid}).", hint="stop it where it was started"
            )
        )
    with suppress(ProcessLookupError):
        os.kill(now.pid, signal.SIGTERM)
    record = _record(project)
    runs.write_atomically(project.state / RECORD, json.dumps({**record, "stopped": True}) + "\n")
    return replace(state(project), status=STOPPING)


def state(project: Project) -> State:
    """The run under way, else how the last one ended."""
    record, holder = _record(project), _holder(project)
    pid = record.get("pid")
    if holder is not None:
        this = next((one for one in runs.runs(project) if one.status == runs.RUNNING), None)
        ours = holder == pid
        if this is None:
            return State(STARTING, pid=holder, is_ours=ours)
        status = STOPPING if ours and record.get("stopped") else RUNNING
        return replace(_told(project, this), status=status, pid=holder, is_ours=ours)
    if pid and _lives(pid, record.get("started_at", "")):
        return State(STOPPING if record.get("stopped") else STARTING, pid=pid, is_ours=True)
    last = next(iter(runs.runs(project)), None)
    if record and (last is None or last.started_at < record["started_at"]):
        # It ended before it began a run: what it said is all there is.
        said = _log(project)
        outcome = "stopped" if record.get("stopped") else "refused"
        return State(
            ENDED, pid=pid, is_ours=True, outcome=outcome, error=said, started_at=record["started_at"]
        )
    if last is None:
        return State(NONE)
    return _told(project, last)


def _told(project: Project, this: runs.Run) -> State:
    killed = this.status == runs.RUNNING and _holder(project) is None
    made = _made(this.folder(project) / "progress.jsonl")
    page = this.report(project) / "index.html"
    began = dt.datetime.fromisoformat(this.started_at)
    steps = [_step(project, this, stage) for stage in stages.stages(project)]
    broke = (killed or this.status in (runs.FAILED, runs.BROKEN)) and not this.partial
    if broke and not any(step.status == "failed" for step in steps):
        # The notebooks of a run that broke are gone, and what it was at has no record.
        at = next((i for i, step in enumerate(steps) if step.status in ("running", "waiting")), None)
        steps = [replace(step, status="failed") if i == at else step for i, step in enumerate(steps)]
    return State(
        ENDED,
        run=this.run,
        as_of=this.as_of,
        started_at=this.started_at,
        seconds=this.seconds if this.seconds is not None else max(0.0, (runs.now() - began).total_seconds()),
        steps=tuple(steps),
        last=f"{made[-1]['relation']}: {made[-1]['n_rows']:,} rows" if made else "",
        n_made=len(made),
        outcome=runs.BROKEN if killed else this.status,
        verdict=this.verdict or "",
        error="the process was killed before it ended" if killed else this.error or "",
        report=page.relative_to(project.root).as_posix() if page.is_file() else "",
    )


def _step(project: Project, this: runs.Run, stage: stages.Stage) -> Step:
    """A stage by what its notebook in the run's folder holds so far; Papermill writes it after every cell."""
    ended = next((one for one in this.stages if one.get("stage") == stage.name), None)
    if ended:
        return Step(
            stage.name, stage.title, "done" if ended.get("ok") else "failed", seconds=ended.get("seconds")
        )
    path = this.folder(project) / runs.NOTEBOOKS / stage.path.name
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Step(stage.name, stage.title, "waiting")
    about = notebook.get("metadata", {}).get("papermill", {})
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    done = sum(
        1 for cell in cells if cell.get("metadata", {}).get("papermill", {}).get("status") == "completed"
    )
    began, end = _moment(about.get("start_time")), _moment(about.get("end_time"))
    if began and began < dt.datetime.fromisoformat(this.started_at):
        return Step(stage.name, stage.title, "kept")
    seconds = ((end or dt.datetime.now(dt.UTC)) - began).total_seconds() if began else None
    failed = about.get("exception") is True
    status = "failed" if failed else "done" if end else "running"
    if this.status != runs.RUNNING and status == "running":
        status = "failed"
    return Step(stage.name, stage.title, status, done, len(cells), seconds)


def _moment(text: str | None) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=dt.UTC)


def _made(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError:
        return []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _record(project: Project) -> dict[str, Any]:
    try:
        found = json.loads((project.state / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _holder(project: Project) -> int | None:
    """The process that holds the run lock; None when nobody does."""
    try:
        handle = os.open(project.state / "run.lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.read(handle, 20).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(handle)
    return None


def _lives(pid: int, started_at: str) -> bool:
    """True for a process that was started here and has neither ended nor taken the lock yet."""
    child = _STARTED.get(pid)
    if child is not None:
        return child.poll() is None
    with suppress(OSError, ValueError):
        os.kill(pid, 0)
        age = (runs.now() - dt.datetime.fromisoformat(started_at)).total_seconds()
        # Another process may have its number by now.
        return age < SLOW_START_S and b"gristmill" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _log(project: Project) -> str:
    try:
        return (project.state / LOG).read_text(encoding="utf-8", errors="replace").strip()[-2000:]
    except OSError:
        return ""
