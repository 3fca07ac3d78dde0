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
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gristmill.errors import ConfigError, LockedError, Problem, RunError, did_you_mean, listed
from gristmill.project import Project

DATABASE = "warehouse.duckdb"
RECORD = "run.json"
NOTEBOOKS = "notebooks"
"""Folder of a run that holds its notebooks as they were executed."""
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


def today() -> dt.date:
    """The day where this machine stands, which is what people mean by today."""
    return dt.datetime.now().astimezone().date()


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Hold the project's run lock. Raises LockedError naming the process that has it."""
    path = project.state / "run.lock"
    try:
        project.state.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unwritable(project.state, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            raise LockedError(
                Problem(
                    f"Another run is under way in {project.root.name} (process {holder or 'unknown'}).",
                    hint="wait until it ends; the published run can be read meanwhile",
                )
            ) from error
        with suppress(OSError):
            # A full disk cannot take even this; the number only serves the message above.
            os.truncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def unwritable(path: Path, error: OSError, *, expected: str = "The published run is as it was.") -> RunError:
    """The error for a folder that cannot be written: read-only, full, or not ours."""
    return RunError(
        Problem(
            f"Cannot write to {path}: {error.strerror or error}.",
            expected=expected,
            hint="free some space, or give this user the right to write there",
        )
    )


def start(
    project: Project,
    *,
    as_of: dt.date,
    params: Mapping[str, Any],
    base: Run | None = None,
    taken_up: Run | None = None,
) -> Run:
    """Make the folder of a new run, after sweeping up what killed runs left. Call under ``only_one``.

    With ``base`` it begins with a copy of that run's database, and some stages are made again; with ``taken_up`` it begins
    with a copy too, and all are.
    """
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
        partial=base is not None,
    )
    try:
        run.folder(project).mkdir(parents=True)
        (run.folder(project) / NOTEBOOKS).mkdir()
        if copied := base or taken_up:
            shutil.copyfile(copied.database(project), run.database(project))
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
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritable(path.parent, error) from error


def publish(project: Project, run: Run) -> Run:
    """Make a finished run the current one. Nothing that happens afterwards may undo it."""
    done = replace(run, status=PUBLISHED)
    save(project, done)
    write_atomically(project.state / "current", done.run + "\n")
    return done


def fail(project: Project, run: Run, error: str) -> Run:
    """Record a run that broke; its database goes, its report stays."""
    # The database first: on a full disk that makes the room the record needs.
    _drop_database(project, run)
    done = replace(run, status=FAILED, error=error)
    save(project, done)
    return done


def runs(project: Project) -> list[Run]:
    """Every run with a readable record, newest first."""
    found = (_read(path) for path in sorted((project.state / "runs").glob(f"*/{RECORD}"), reverse=True))
    return [run for run in found if run]


def _read(path: Path) -> Run | None:
    """The record in a file; None when there is none that can be read. Fields of later versions are left out."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Run(**{one.name: record[one.name] for one in fields(Run) if one.name in record})
    except (ValueError, TypeError, OSError):
        return None


def get(project: Project, name: str) -> Run:
    """The run of that id. Raises ConfigError with the nearest one."""
    run = _read(project.state / "runs" / name / RECORD)
    if run is None or run.run != name:
        raise ConfigError(
            Problem(
                f"There is no run {name!r}.",
                hint=did_you_mean(
                    name, [one.run for one in runs(project)], otherwise="'gristmill runs' lists them"
                ),
            )
        )
    return run


def with_database(project: Project, run: Run) -> Run:
    """The same run. Raises ConfigError when its database is gone."""
    if not run.database(project).is_file():
        raise ConfigError(
            Problem(
                f"The database of the run {run.run} ({run.status}) is gone.",
                expected=f"Kept: {listed([one.run for one in kept(project)])}.",
            )
        )
    return run


def current(project: Project) -> Run | None:
    """The published run, or None when nothing was published yet."""
    pointer = project.state / "current"
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    run = _read(project.state / "runs" / name / RECORD) if name else None
    return run if run and run.database(project).is_file() else None


def kept(project: Project) -> list[Run]:
    """The published runs whose database is still there, newest first."""
    return [run for run in runs(project) if run.status == PUBLISHED and run.database(project).is_file()]


def rollback(project: Project, to: str | None = None) -> tuple[Run | None, Run]:
    """Point to the published run before the current one, or to the one named; returns (left, now current).

    Nothing is left when the pointer was lost; then the newest is taken. Raises ConfigError when there
    is none whose database was kept.
    """
    here = current(project)
    there = kept(project)
    wanted = [run for run in there if (run.run == to if to else not here or run.run < here.run)]
    if to and to not in {run.run for run in there}:
        get(project, to)
        raise ConfigError(
            Problem(
                f"The run {to} cannot be gone back to: it was not published, or its database is gone.",
                expected=f"Kept: {listed([run.run for run in there])}.",
            )
        )
    if not wanted:
        raise ConfigError(
            Problem(
                "There is no earlier published run to go back to.",
                expected=f"Kept: {listed([run.run for run in there])}; the last {project.keep_runs} are.",
                hint="keep_runs in gristmill.toml says how many are kept",
            )
        )
    write_atomically(project.state / "current", wanted[0].run + "\n")
    return here, wanted[0]


def prune(project: Project) -> None:
    """Delete the databases of published runs beyond ``keep_runs``; records and reports stay."""
    here = current(project)
    for run in kept(project)[project.keep_runs :]:
        if not here or run.run != here.run:
            _drop_database(project, run)


def sweep(project: Project) -> None:
    """Mark runs whose process was killed as broken and delete their databases. Call under ``only_one``."""
    for run in runs(project):
        if run.status == RUNNING:
            save(project, replace(run, status=BROKEN, error="the process was killed before it ended"))
            _drop_database(project, run)
    for folder in (project.state / "runs").glob("*"):
        # Killed before its first record was written.
        if folder.is_dir() and not (folder / RECORD).is_file():
            shutil.rmtree(folder, ignore_errors=True)


def _drop_database(project: Project, run: Run) -> None:
    with suppress(FileNotFoundError):
        for path in run.folder(project).iterdir():
            if path.name != RECORD:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
