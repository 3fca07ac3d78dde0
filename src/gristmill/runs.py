"""A run's life: open its own database, publish by moving one pointer, roll back, keep the last N.

``.gristmill/current`` is one line, the id of the published run. It is replaced atomically, and only
after the last notebook succeeded, so a failed or killed run leaves the published one untouched.
One run at a time: a lock file is held for as long as the process lives, and a killed process
lets go of it by dying.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, LockedError, Problem, RunError, did_you_mean
from gristmill.project import Project

DATABASE = "warehouse.duckdb"
RECORD = "run.json"
RUNNING, PUBLISHED, FAILED, BROKEN = "running", "published", "failed", "broken"


@dataclass(frozen=True)
class Run:
    """What is known of one run; ``run.json`` holds exactly this."""

    run: str
    project: str
    as_of: str
    params: Mapping[str, Any]
    started_at: str
    status: str = RUNNING
    """running, published, failed (the work broke or was stopped), broken (the process was killed)."""
    partial: bool = False
    """True for ``--only``: it began as a copy of the published run and re-made some stages."""
    finished_at: str | None = None
    seconds: float | None = None
    exit_code: int | None = None
    verdict: str | None = None
    score: float | None = None
    n_customers: int | None = None
    n_checks: int | None = None
    n_failed: int | None = None
    stages: list[dict[str, Any]] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def folder(self, project: Project) -> Path:
        """Where its database and record live."""
        return project.state / "runs" / self.run

    def database(self, project: Project) -> Path:
        """Its DuckDB file; gone once more than ``keep_runs`` newer runs were published."""
        return self.folder(project) / DATABASE

    def report(self, project: Project) -> Path:
        """The folder of its reports."""
        return project.reports / self.run


def now() -> dt.datetime:
    """The time, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Hold the project's run lock. Raises LockedError naming the process that has it."""
    path = project.state / "run.lock"
    try:
        project.state.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise unwritable(project.state, error) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise LockedError(
                Problem(
                    f"Another run is under way in {project.root.name} (process {handle.read().strip() or 'unknown'}).",
                    hint="wait until it ends; the published run can be read meanwhile",
                )
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def unwritable(path: Path, error: OSError) -> RunError:
    """The error for a folder that cannot be written: read-only, full, or not ours."""
    return RunError(
        Problem(
            f"Cannot write to {path}: {error.strerror or error}.",
            expected="Nothing was changed; the published run is as it was.",
            hint="free some space, or give this user the right to write there",
        )
    )


def start(project: Project, *, as_of: dt.date, params: Mapping[str, Any], partial: bool = False) -> Run:
    """Make the folder of a new run, after sweeping up what killed runs left. Call under ``only_one``."""
    sweep(project)
    moment = now()
    stamp = moment.strftime("%Y%m%d-%H%M%S")
    taken = {run.run for run in runs(project)}
    name = next(n for i in range(100) if (n := f"{stamp}-{i}" if i else stamp) not in taken)
    run = Run(
        run=name,
        project=project.name,
        as_of=as_of.isoformat(),
        params=dict(params),
        started_at=moment.isoformat(),
        partial=partial,
    )
    try:
        run.folder(project).mkdir(parents=True)
        if partial and (base := current(project)):
            shutil.copyfile(base.database(project), run.database(project))
    except OSError as error:
        shutil.rmtree(run.folder(project), ignore_errors=True)
        raise unwritable(project.state, error) from error
    save(project, run)
    return run


def save(project: Project, run: Run) -> None:
    """Write ``run.json`` in one piece, beside the database and, once there is one, beside the report."""
    text = json.dumps(asdict(run), ensure_ascii=False, indent=1, default=str)
    for folder in (run.folder(project), run.report(project)):
        if folder.is_dir():
            write_atomically(folder / RECORD, text + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a reader sees the old or the new text, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise unwritable(path.parent, error) from error


def publish(project: Project, run: Run) -> Run:
    """Make a finished run the current one, then drop the databases of runs beyond ``keep_runs``."""
    done = replace(run, status=PUBLISHED)
    save(project, done)
    write_atomically(project.state / "current", done.run + "\n")
    prune(project)
    return done


def fail(project: Project, run: Run, error: str) -> Run:
    """Record a run that broke; its database goes, its report stays."""
    done = replace(run, status=FAILED, error=error)
    save(project, done)
    _drop_database(project, done)
    return done


def runs(project: Project) -> list[Run]:
    """Every run with a readable record, newest first."""
    found = []
    for path in sorted((project.state / "runs").glob(f"*/{RECORD}"), reverse=True):
        try:
            found.append(Run(**json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, TypeError, OSError):
            # A record cut short by a crash says nothing; the run's database is swept like any other.
            continue
    return found


def get(project: Project, name: str) -> Run:
    """The run of that id. Raises ConfigError with the nearest one."""
    known = {run.run: run for run in runs(project)}
    if name not in known:
        raise ConfigError(
            Problem(
                f"There is no run {name!r}.",
                hint=did_you_mean(name, known, otherwise="'gristmill runs' lists them"),
            )
        )
    return known[name]


def current(project: Project) -> Run | None:
    """The published run, or None when nothing was published yet."""
    pointer = project.state / "current"
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    run = next((run for run in runs(project) if run.run == name), None)
    return run if run and run.database(project).is_file() else None


def rollback(project: Project) -> tuple[Run, Run]:
    """Point back to the published run before the current one; returns (left, now current).

    Raises ConfigError when there is none whose database was kept.
    """
    here = current(project)
    older = [
        run
        for run in runs(project)
        if run.status == PUBLISHED and run.database(project).is_file() and here and run.run < here.run
    ]
    if not here or not older:
        raise ConfigError(
            Problem(
                "There is no earlier published run to go back to.",
                expected=f"The databases of the last {project.keep_runs} published runs are kept.",
                hint="raise keep_runs in gristmill.toml to keep more",
            )
        )
    write_atomically(project.state / "current", older[0].run + "\n")
    return here, older[0]


def prune(project: Project) -> None:
    """Delete the databases of published runs beyond ``keep_runs``; records and reports stay."""
    here = current(project)
    kept = [run for run in runs(project) if run.status == PUBLISHED and run.database(project).is_file()]
    for run in kept[project.keep_runs :]:
        if not here or run.run != here.run:
            _drop_database(project, run)


def sweep(project: Project) -> None:
    """Mark runs whose process was killed as broken and delete their databases. Call under ``only_one``."""
    for run in runs(project):
        if run.status == RUNNING:
            save(project, replace(run, status=BROKEN, error="the process was killed before it ended"))
            _drop_database(project, run)
    for folder in (project.state / "runs").glob("*"):
        if folder.is_dir() and not (folder / RECORD).is_file():
            shutil.rmtree(folder, ignore_errors=True)


def _drop_database(project: Project, run: Run) -> None:
    for path in run.folder(project).iterdir():
        if path.name != RECORD:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
