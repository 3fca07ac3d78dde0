"""The main job: execute the stages of a project, render their reports, publish, remember.

Everything a scheduler relies on happens here: one run at a time, nothing published before the last
notebook succeeded, a report also of a failure, and an exit code that says how it went.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gristmill import cluster, harvest, history, lint, lock, notebooks, pages, renewal, runs, stages
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import (
    ConfigError,
    GristmillError,
    Problem,
    SourceError,
    TemplateError,
    did_you_mean,
)
from gristmill.mill import Mill
from gristmill.notebooks import Failure, Kernels
from gristmill.project import Project
from gristmill.report import ahead
from gristmill.runs import Run
from gristmill.stages import Stage

GOOD, CRITICAL, BROKE = 0, 1, 3
SUMMARY = "summary"
"""The stage whose page is the run's ``index.html``."""
PACKAGES = ("duckdb", "sqlglot", "pandera", "papermill", "jupyterlab", "ipywidgets")
CHARTS = "charts.json"
"""What a run drew, kept for the next one."""
LOOK_EVERY_S = 0.5
"""How often a run looks which relation was made last."""


def silent(line: str) -> None:
    """Say nothing."""
    del line


@dataclass(frozen=True)
class Voice:
    """Where a run speaks, one line at a time."""

    tell: Callable[[str], None] = silent
    """What stays: a stage that ended, a warning."""
    made: Callable[[str], None] = silent
    """A relation that was made: there are a hundred in a run."""
    live: Callable[[str], None] = silent
    """What goes on now; each line takes the place of the one before."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its record, the page to open, and the exit code."""

    run: Run
    page: Path
    exit_code: int


def run(
    project: Project,
    *,
    as_of: dt.date | None = None,
    only: Iterable[str] = (),
    params: Mapping[str, Any] | None = None,
    voice: Voice | None = None,
) -> Outcome:
    """Run the project's stages and publish the result.

    ``only`` names stages to re-make on top of a copy of the published run, whose day and parameters
    hold where none are given. ``params`` are values by name, text or typed.

    Raises UsageError (exit code 2) before anything starts, LockedError when another run is under
    way, RunError when the disk cannot be written. A notebook that fails raises nothing: it is in the Outcome.
    """
    pages.check(project)
    known = stages.stages(project)
    names = list(only)
    base = _base(project) if names else None
    chosen = _chosen(known, names)
    with Mill(project) as mill:
        if not project.sources and "profile" in {stage.name for stage in known}:
            raise ConfigError(
                Problem(
                    "has no sources, so there is nothing to run.",
                    where=project.config.name,
                    hint="'gristmill add data/crm.csv' adds one",
                )
            )
        declared = {n: p for t in mill.catalog.winners().values() for n, p in t.params.items()}
        given = {
            **(base.params if base else {}),
            **stages.check_params(known, declared, project.params, where=project.config.name),
            **stages.check_params(known, declared, params or {}),
        }
        problems = lock.changed(mill.catalog.templates, mill.meanings, lock.by_layer(mill.catalog))
        if problems:
            raise TemplateError(problems)
        lint.parameters_agree(mill.catalog)
        mill.plan  # noqa: B018 - raises for templates that cannot be read, before anything starts
    if "profile" in {stage.name for stage in chosen}:
        _look_for_files(project)
    cluster.check(project)
    from gristmill.unify import decisions

    decisions.read(project.root / decisions.FILE)
    day = as_of or dt.date.fromisoformat((base.as_of if base else project.as_of) or runs.today().isoformat())
    voice = voice or Voice()
    with runs.only_one(project):
        _tell_of_killed(project, known, voice)
        before = None if base else renewal.wanted(project, given)
        this = runs.start(project, as_of=day, params=given, base=base, taken_up=before)
        if before:
            renewal.keep_own(this.database(project))
        return _Execution(project, this, base=base, known=known, chosen=chosen, voice=voice).go()


def _tell_of_killed(project: Project, known: Sequence[Stage], voice: Voice) -> None:
    """Write the pages of runs whose process was killed, before what they left is swept up."""
    for one in runs.runs(project):
        if one.status != runs.RUNNING:
            continue
        dead = replace(one, status=runs.BROKEN)
        try:
            dead.report(project).mkdir(parents=True, exist_ok=True)
            pages.write(project, dead, known, None)
        except (OSError, GristmillError) as error:
            voice.tell(f"! The pages of {one.run}, which was killed, were not written: {error}")


def _look_for_files(project: Project) -> None:
    """Raises SourceError for every file that is not there, before an hour of work finds out."""
    from gristmill import sources

    problems: list[Problem] = []
    for source in project.sources.values():
        try:
            paths = sources.resolve(source, project.root)
        except SourceError as error:
            problems.extend(error.problems)
            continue
        for path in paths:
            if not path.is_file():
                near = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
                problems.append(
                    Problem(
                        f"names {project.show(path)}, which does not exist.",
                        where=f"{project.config.name} [sources.{source.name}]",
                        hint=did_you_mean(path.name, near),
                    )
                )
    if problems:
        raise SourceError(problems)


def _base(project: Project) -> Run:
    found = runs.current(project)
    if not found:
        raise ConfigError(
            Problem(
                "--only re-makes stages of the published run, and nothing is published yet.",
                hint="'gristmill run' runs every stage",
            )
        )
    return found


def _chosen(known: Sequence[Stage], only: Sequence[str]) -> list[Stage]:
    if not only:
        return list(known)
    chosen = stages.choose(known, only)
    return chosen + [stage for stage in known if stage.name == SUMMARY and stage not in chosen]


class _Execution:
    """One run under way."""

    def __init__(
        self,
        project: Project,
        this: Run,
        *,
        base: Run | None,
        known: Sequence[Stage],
        chosen: Sequence[Stage],
        voice: Voice,
    ) -> None:
        self.project, self.this, self.base, self.voice = project, this, base, voice
        self.known, self.chosen = known, chosen
        self.began = time.perf_counter()
        self.stages: list[dict[str, Any]] = []
        self.failure: tuple[Stage, Failure] | None = None
        before = runs.current(project)
        self.ahead = ahead.Ahead(
            project.locale, pages.own_words(project), before.folder(project) / CHARTS if before else None
        )

    def go(self) -> Outcome:
        try:
            self.this.report(self.project).mkdir(parents=True, exist_ok=True)
            self._take_over()
            with Kernels(self.project) as kernels:
                kernels.want(len(self.chosen))
                for stage in self.chosen:
                    self._stage(stage, kernels)
                    if self.failure:
                        return self._failed()
            return self._succeeded()
        except BaseException as error:
            here = runs.current(self.project)
            # Once the pointer has moved, the run stays published whatever breaks then.
            if not here or here.run != self.this.run:
                self._record_break(error)
            if isinstance(error, OSError):
                raise runs.unwritable(Path(error.filename or self.project.root), error) from error
            raise
        finally:
            self.ahead.stop()

    def _take_over(self) -> None:
        """The pages of stages that are not made again stay part of the report."""
        if not self.base:
            return
        for stage in self.known:
            kept = self._notebook(self.base, stage)
            if stage not in self.chosen and kept.is_file():
                shutil.copyfile(kept, self._notebook(self.this, stage))
                self.ahead.take(self._notebook(self.this, stage))

    def _notebook(self, run: Run, stage: Stage) -> Path:
        return run.folder(self.project) / runs.NOTEBOOKS / stage.path.name

    def _stage(self, stage: Stage, kernels: Kernels) -> None:
        started = time.perf_counter()
        out = self._notebook(self.this, stage)
        params = {**self.this.params, "as_of": self.this.as_of, "run": self.this.run}
        with self._progress(stage) as progress:
            failure = notebooks.execute(stage, out, params=params, kernels=kernels, progress=progress)
        self._ended(stage.name, stage.title, time.perf_counter() - started, ok=failure is None)
        if failure:
            self.failure = (stage, failure)
        self.ahead.take(out)

    def _ended(self, name: str, title: str, seconds: float, *, ok: bool) -> None:
        self.stages.append({"stage": name, "title": title, "seconds": round(seconds, 2), "ok": ok})
        self.voice.tell(f"{'✓' if ok else '✗'} {name:<10} {seconds:6.1f} s")

    @contextmanager
    def _progress(self, stage: Stage) -> Iterator[notebooks.Progress]:
        """Tell what a notebook is at while it executes: its cell, and the relation it made last."""
        path = self.this.folder(self.project) / "progress.jsonl"
        seen = path.stat().st_size if path.is_file() else 0
        began = time.perf_counter()
        ended = threading.Event()
        cells, last = "", ""

        def on_cell(done: int, n: int) -> None:
            nonlocal cells
            cells = f"cell {done} of {n}"

        def look() -> None:
            nonlocal seen, last
            if path.is_file():
                with path.open("rb") as file:
                    file.seek(seen)
                    lines = [line for line in file if line.endswith(b"\n")]
                seen += sum(len(line) for line in lines)
                for made in map(json.loads, lines):
                    last = f"{made['relation']:<34} {made['n_rows']:>12,} rows"
                    self.voice.made(f"  {stage.name:<10} {last}")
            seconds = time.perf_counter() - began
            self.voice.live(f"  {stage.name:<10} {seconds:6.1f} s  {cells:<13} {' '.join(last.split())}")

        def follow() -> None:
            while not ended.wait(LOOK_EVERY_S):
                look()

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield on_cell
        finally:
            ended.set()
            thread.join()
            look()

    def _succeeded(self) -> Outcome:
        with DuckDBEngine(self.this.database(self.project), patience_s=60) as engine:
            facts = harvest.facts(engine)
            inputs, relations = harvest.inputs(engine), harvest.relations(engine)
            results = harvest.results(engine, self.this.run)
        this = replace(
            self._now(runs.RUNNING),
            exit_code=CRITICAL if facts.n_critical else GOOD,
            verdict=facts.verdict,
            score=facts.score,
            n_customers=facts.n_customers,
            n_checks=facts.n_checks,
            n_failed=facts.n_failed,
            inputs=inputs,
            relations=relations,
        )
        self._render(this)
        this = replace(this, stages=self.stages, seconds=round(time.perf_counter() - self.began, 2))
        published = runs.publish(self.project, this)
        self._afterwards(published, results, facts.metrics())
        page = published.report(self.project) / "index.html"
        return Outcome(published, page, published.exit_code or GOOD)

    def _failed(self) -> Outcome:
        stage, failure = self.failure or (self.chosen[-1], Failure(None, "", "", ""))
        text = f"{stage.name}: {failure.ename}: {failure.evalue}"
        this = replace(self._now(runs.FAILED), exit_code=BROKE, verdict=f"broke in {stage.name}", error=text)
        self._render(this)
        this = runs.fail(self.project, replace(this, stages=self.stages), text)
        self._afterwards(this, [], {})
        return Outcome(this, this.report(self.project) / pages.file_name(stage), BROKE)

    def _record_break(self, error: BaseException) -> None:
        stopped = isinstance(error, KeyboardInterrupt)
        text = pages.STOPPED if stopped else f"{type(error).__name__}: {error}"
        this = replace(self._now(runs.FAILED), exit_code=BROKE, verdict="broke", error=text)
        try:
            # The database first: on a full disk that makes the room the pages and the record need.
            this.database(self.project).unlink(missing_ok=True)
            self._render(this)
            self.voice.tell(f"What there is: {this.report(self.project) / pages.INDEX}")
        except (OSError, GristmillError) as why:
            self.voice.tell(f"! The pages of this run were not written: {why}")
        finally:
            # Also when somebody does not wait for the pages.
            with suppress(OSError, GristmillError):
                # The disk that refuses the record refuses it again; the next run sweeps up.
                self._afterwards(runs.fail(self.project, this, text), [], {})

    def _now(self, status: str) -> Run:
        return replace(
            self.this,
            status=status,
            finished_at=runs.now().isoformat(),
            seconds=round(time.perf_counter() - self.began, 2),
            stages=self.stages,
            versions={name: version(name) for name in ("gristmill", *PACKAGES)},
        )

    def _render(self, this: Run) -> None:
        started = time.perf_counter()
        self.voice.live("  reports")
        drawn = self.ahead.drawn()
        pages.write(self.project, this, self.known, self.failure, drawn=drawn)
        ahead.keep(drawn, this.folder(self.project) / CHARTS)
        self._ended("reports", "Reports", time.perf_counter() - started, ok=True)

    def _afterwards(self, this: Run, results: Sequence[Sequence[Any]], metrics: dict[str, float]) -> None:
        """What a run can do without: when it fails, that is said and the run stands."""
        from gristmill.report.gallery import write_gallery

        for what, step in (
            (
                "The gallery of reports was not written",
                lambda: write_gallery(
                    self.project.reports,
                    locale=self.project.locale,
                    accent=self.project.accent,
                    own_words=pages.own_words(self.project),
                    themes=pages.themes(self.project),
                ),
            ),
            ("This run is not in history", lambda: history.remember(self.project, this, results, metrics)),
            ("Databases of older runs were not deleted", lambda: runs.prune(self.project)),
        ):
            try:
                step()
            except (OSError, GristmillError) as error:
                self.voice.tell(f"! {what}: {error}")
