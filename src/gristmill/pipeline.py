"""The main job: execute the stages of a project, render their reports, publish, remember.

Everything a scheduler relies on happens here: one run at a time, nothing published before the last
notebook succeeded, a report also of a failure, and an exit code that says how it went.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gristmill import history, lint, lock, notebooks, runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ConfigError, GristmillError, LockedError, Problem, TemplateError
from gristmill.mill import MADE, Mill
from gristmill.notebooks import Failure, Stage
from gristmill.project import Project
from gristmill.runs import Run

GOOD, CRITICAL, BROKE = 0, 1, 3
SUMMARY = "summary"
"""The stage whose page is the run's ``index.html``."""
PACKAGES = ("duckdb", "sqlglot", "pandera", "papermill", "jupyterlab", "ipywidgets")

Tell = Callable[[str], None]


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
    tell: Tell = lambda _: None,
) -> Outcome:
    """Run the project's stages and publish the result.

    ``only`` names stages to re-make on top of a copy of the published run. ``params`` are values by
    name, text or typed. ``tell`` gets one line of progress at a time.

    Raises UsageError (exit code 2) before anything starts, LockedError when another run is under
    way, RunError when the disk cannot be written. A notebook that fails raises nothing: it is in the Outcome.
    """
    known = notebooks.stages(project)
    with Mill(project) as mill:
        if not project.sources and "profile" in {stage.name for stage in known}:
            raise ConfigError(
                Problem(
                    "has no sources, so there is nothing to run.",
                    where=project.config.name,
                    hint="'gristmill add data/crm.csv' adds one",
                )
            )
        chosen = _chosen(project, known, list(only))
        declared = {n: p for t in mill.catalog.winners().values() for n, p in t.params.items()}
        given = notebooks.check_params(known, declared, {**project.params, **(params or {})})
        problems = lock.changed(mill.catalog.templates, mill.meanings, lock.by_layer(mill.catalog))
        if problems:
            raise TemplateError(problems)
        lint.parameters_agree(mill.catalog)
        mill.plan  # noqa: B018 - raises for templates that cannot be read, before anything starts
    day = as_of or (dt.date.fromisoformat(project.as_of) if project.as_of else runs.now().date())
    with runs.only_one(project):
        this = runs.start(project, as_of=day, params=given, partial=bool(list(only)))
        return _Execution(project, this, chosen, tell).go()


def _chosen(project: Project, known: Sequence[Stage], only: Sequence[str]) -> list[Stage]:
    if not only:
        return list(known)
    if not runs.current(project):
        raise ConfigError(
            Problem(
                "--only re-makes stages of the published run, and nothing is published yet.",
                hint="'gristmill run' runs every stage",
            )
        )
    chosen = notebooks.choose(known, only)
    return chosen + [stage for stage in known if stage.name == SUMMARY and stage not in chosen]


class _Execution:
    """One run under way."""

    def __init__(self, project: Project, this: Run, chosen: Sequence[Stage], tell: Tell) -> None:
        self.project, self.this, self.chosen, self.tell = project, this, chosen, tell
        self.began = time.perf_counter()
        self.stages: list[dict[str, Any]] = []
        self.failure: tuple[Stage, Failure] | None = None

    def go(self) -> Outcome:
        try:
            self.this.report(self.project).mkdir(parents=True, exist_ok=True)
            (self.this.folder(self.project) / "notebooks").mkdir(exist_ok=True)
            for stage in self.chosen:
                self._stage(stage)
                if self.failure:
                    return self._failed()
            return self._succeeded()
        except (KeyboardInterrupt, GristmillError, OSError) as error:
            self._record_break(error)
            if isinstance(error, OSError):
                raise runs.unwritable(self.project.root, error) from error
            raise

    def _stage(self, stage: Stage) -> None:
        started = time.perf_counter()
        out = self.this.folder(self.project) / "notebooks" / stage.path.name
        params = {**self.this.params, "as_of": self.this.as_of, "run": self.this.run}
        with self._progress(stage) as progress:
            failure = notebooks.execute(stage, out, params=params, project=self.project, progress=progress)
        seconds = time.perf_counter() - started
        self.stages.append(
            {"stage": stage.name, "title": stage.title, "seconds": round(seconds, 2), "ok": failure is None}
        )
        self.tell(f"{'✗' if failure else '✓'} {stage.name:<10} {seconds:6.1f} s")
        if failure:
            self.failure = (stage, failure)

    @contextmanager
    def _progress(self, stage: Stage) -> Iterator[notebooks.Progress]:
        """Tell which relation was made last while a notebook executes; it writes one line for each."""
        path = self.this.folder(self.project) / "progress.jsonl"
        done = threading.Event()
        seen = path.stat().st_size if path.is_file() else 0

        def follow() -> None:
            nonlocal seen
            while not done.wait(0.5):
                if not path.is_file() or path.stat().st_size <= seen:
                    continue
                with path.open(encoding="utf-8") as file:
                    file.seek(seen)
                    for line in file.read().splitlines():
                        made = json.loads(line)
                        self.tell(f"  {stage.name:<10} {made['relation']:<34} {made['n_rows']:>12,} rows")
                    seen = file.tell()

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield lambda done_cells, cells: None
        finally:
            done.set()
            thread.join()

    def _succeeded(self) -> Outcome:
        with DuckDBEngine(self.this.database(self.project), patience_s=60) as engine:
            facts = _facts(engine)
            inputs, relations = _inputs(engine), _relations(engine)
            results = _results(engine)
        this = replace(
            self._ended(runs.RUNNING),
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
        this = replace(this, seconds=round(time.perf_counter() - self.began, 2))
        published = runs.publish(self.project, this)
        self._gallery()
        self._remember(published, results, facts.metrics())
        page = published.report(self.project) / "index.html"
        return Outcome(published, page, published.exit_code or GOOD)

    def _failed(self) -> Outcome:
        stage, failure = self.failure or (self.chosen[-1], Failure(None, "", "", ""))
        text = f"{stage.name}: {failure.ename}: {failure.evalue}"
        this = replace(
            self._ended(runs.FAILED), exit_code=BROKE, verdict=f"broke in {stage.name}", error=text
        )
        self._render(this)
        runs.fail(self.project, this, text)
        self._gallery()
        self._remember(this, [], {})
        return Outcome(this, this.report(self.project) / f"{_page_name(stage)}", BROKE)

    def _record_break(self, error: BaseException) -> None:
        text = "stopped by hand" if isinstance(error, KeyboardInterrupt) else str(error)
        try:
            runs.fail(self.project, replace(self._ended(runs.FAILED), exit_code=BROKE, verdict="broke"), text)
        except (OSError, GristmillError):
            # The disk that refuses the record refuses it again; the next run sweeps up.
            return

    def _ended(self, status: str) -> Run:
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
        from gristmill import pages

        pages.write(self.project, this, self.chosen, self.failure)
        self.tell(f"✓ {'reports':<10} {time.perf_counter() - started:6.1f} s")
        self.stages.append(
            {
                "stage": "reports",
                "title": "Reports",
                "seconds": round(time.perf_counter() - started, 2),
                "ok": True,
            }
        )

    def _gallery(self) -> None:
        from gristmill.report.gallery import write_gallery

        write_gallery(self.project.reports)

    def _remember(self, this: Run, results: Sequence[Sequence[Any]], metrics: dict[str, float]) -> None:
        try:
            history.remember(self.project, this, results, metrics)
        except LockedError:
            self.tell("! history is held by another process; this run is not in it")


def _page_name(stage: Stage) -> str:
    return "index.html" if stage.name == SUMMARY else f"{stage.name}.html"


@dataclass(frozen=True)
class _Facts:
    """The few numbers of a finished run that outlive its database."""

    verdict: str
    score: float | None
    n_customers: int | None
    n_contacts: int | None
    n_checks: int
    n_failed: int
    n_critical: int

    def metrics(self) -> dict[str, float]:
        named = {
            "score": self.score,
            "customers": self.n_customers,
            "contacts": self.n_contacts,
            "checks": self.n_checks,
            "checks_failed": self.n_failed,
        }
        return {name: float(value) for name, value in named.items() if value is not None}


def _facts(engine: DuckDBEngine) -> _Facts:
    have = set(engine.relations())

    def count(relation: str) -> int | None:
        return int(engine.scalar(f"select count(*) from {relation}")) if relation in have else None

    n_checks = n_failed = n_critical = 0
    score = None
    if "audit.results" in have:
        n_checks, n_failed, n_critical = engine.rows(
            "select count(*), count(*) filter (where verdict <> 'pass'),"
            " count(*) filter (where verdict in ('fail', 'error') and severity = 'critical') from audit.results"
        )[0]
    if "audit.scores" in have:
        score = engine.scalar("select score from audit.scores where relation = 'all' and dimension = 'all'")
    if not n_checks:
        verdict = "not audited"
    elif n_critical:
        verdict = f"{n_critical} critical check{'s' if n_critical > 1 else ''} failed"
    elif n_failed:
        verdict = f"good, with {n_failed} warning{'s' if n_failed > 1 else ''}"
    else:
        verdict = "good"
    return _Facts(
        verdict, score, count("unify.customers"), count("clean.contacts"), n_checks, n_failed, n_critical
    )


def _inputs(engine: DuckDBEngine) -> list[dict[str, Any]]:
    if "raw.files" not in engine.relations():
        return []
    names = ("source", "file", "bytes", "sha256", "n_rows", "n_rejects")
    found = engine.rows(f"select {', '.join(names)} from raw.files order by source, file")
    return [dict(zip(names, row, strict=True)) for row in found]


def _relations(engine: DuckDBEngine) -> list[dict[str, Any]]:
    if MADE not in engine.relations():
        return []
    names = ("relation", "ref", "fingerprint", "n_rows", "seconds")
    found = engine.rows(f"select {', '.join(names)} from {MADE} order by n, relation")
    return [dict(zip(names, row, strict=True)) for row in found]


def _results(engine: DuckDBEngine) -> list[tuple[Any, ...]]:
    if "audit.results" not in engine.relations():
        return []
    return engine.rows(
        "select relation, column_name, check_name, severity, dimension, n, n_failed, share_failed, verdict"
        " from audit.results order by all"
    )
