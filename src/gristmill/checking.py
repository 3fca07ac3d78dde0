"""Check a file or a relation of the published run: judge it, and write every row that fails."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gristmill import earlier, judging, loose, runs
from gristmill.engine import Engine
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import CheckError, ConfigError, Problem, SourceError, did_you_mean, listed
from gristmill.mill import Mill
from gristmill.personal import MIXED, NONE
from gristmill.project import Project
from gristmill.report import mask
from gristmill.scalars import typed
from gristmill.template import Template

if TYPE_CHECKING:
    from gristmill.checks import CheckModule, Judged, Result

Tell = Callable[[str], None]
SAMPLES = 5
"""Failing rows of a check that are shown."""


@dataclass(frozen=True)
class Sample:
    """A failing row, as it may be shown."""

    row: int | None
    """1-based record of its file; None where the relation does not know it."""
    key: str | None
    value: str | None

    def __str__(self) -> str:
        place = f"row {self.row:,}" if self.key is None and self.row is not None else f"key {self.key}"
        return place if self.value is None else f"{place}: {self.value}"


@dataclass(frozen=True)
class Checked:
    """What checking found."""

    target: str
    results: list[Result]
    samples: Mapping[tuple[str | None, str], list[Sample]]
    """(column, check) → up to five failing rows, masked by the kind of the column."""
    n_rows: int
    n_rejects: int
    """Records of a file that cannot be read; no check sees them."""
    seconds: float
    n_written: int | None
    """Failing rows written; None when nobody asked for them."""


def check_file(
    path: Path,
    schema: Path,
    *,
    rows: Path | None = None,
    as_of: dt.date | None = None,
    show: bool = False,
    tell: Tell = lambda _: None,
) -> Checked:
    """Check a file by the schema of a module (or a pandera.io YAML file), with no project around.

    Its texts are read as the types of the schema, as pandas would; a text that cannot be fails ``dtype``
    in its row and no other check of the column. ``rows`` gets every failing row: row, column, check,
    value, reason. ``show`` leaves personal values in the samples as they are. Raises SourceError for a
    file and CheckError for a schema that cannot be read, ParameterError for a path that cannot be written.
    """
    from gristmill import checks

    if rows is not None:
        loose.check_output(rows, path, schema)
    module = checks.load_file(schema, path.stem)
    tell(f"Read {path.name}")
    began = time.perf_counter()
    with loose.opened(path, in_place=True) as file:
        for note in file.notes:
            tell(note)
        if not file.columns:
            raise SourceError(Problem(f"{path} has no columns.", hint="is it the right file?"))
        day = as_of or runs.today()
        found, n_written = _judged(
            file.engine, loose.RELATION, module, as_of=day, rows=rows, from_file=True, tell=tell
        )
        kinds = {} if show else checks.pii_columns([module]).get(module.relation, {})
        return Checked(
            target=str(path),
            results=[replace(one, relation=path.name) for one in found.results],
            samples=_samples(file.engine, found, lambda name: _kind(name, kinds), with_key=False),
            n_rows=file.n_rows,
            n_rejects=file.n_rejects,
            seconds=time.perf_counter() - began,
            n_written=n_written,
        )


def check_relation(
    project: Project,
    relation: str,
    *,
    schema: Path | None = None,
    rows: Path | None = None,
    as_of: dt.date | None = None,
    show: bool = False,
    tell: Tell = lambda _: None,
) -> Checked:
    """Check a relation of the published run by its check module and the queries of ``sql/audit`` that judge it, or by ``schema`` alone.

    Nothing of the run is changed. Raises ConfigError when nothing is published, CheckError when there is
    no such relation or no module that speaks of it.
    """
    from gristmill import checks

    if rows is not None:
        loose.check_output(rows)
    began = time.perf_counter()
    with ExitStack() as stack:
        mill = stack.enter_context(published(project))
        run = mill.published
        assert run is not None
        if relation not in mill.engine.relations():
            raise CheckError(_no_relation(mill.engine, relation))
        module = checks.load_file(schema, relation) if schema else module_of(project, relation)
        before = stack.enter_context(earlier.before(project, run.run))
        day = as_of or typed("date", run.as_of)
        queries = [] if schema else _queries(mill, relation)
        found, n_written = _judged(
            mill.engine, relation, module, as_of=day, rows=rows, before=before, queries=queries, tell=tell
        )
        kind = kinds_of(mill, relation, module, show=show)
        told = [
            checks.judge_query(mill.engine, one.relation, before=before, **judging.judged_by(one))
            for one in queries
        ]
        return Checked(
            target=relation,
            results=found.results + told,
            samples=_samples(mill.engine, found, kind, with_key=True)
            | {(None, one.what): _query_samples(mill.engine, one, kind) for one in queries},
            n_rows=found.n_rows,
            n_rejects=0,
            seconds=time.perf_counter() - began,
            n_written=n_written,
        )


def _judged(
    engine: DuckDBEngine,
    relation: str,
    module: CheckModule,
    *,
    as_of: dt.date,
    rows: Path | None,
    tell: Tell,
    from_file: bool = False,
    before: Any = None,
    queries: Sequence[Template] = (),
) -> tuple[Judged, int | None]:
    from gristmill.checks import judge
    from gristmill.checks import rows as failing

    sink = failing.sink(engine) if rows is not None else None
    tell(f"Check {relation if not from_file else module.relation}")
    found = judge.judge(
        engine,
        relation,
        module.schema,
        as_of=as_of,
        from_file=from_file,
        before=before,
        cap=SAMPLES,
        sink=sink,
    )
    if rows is None:
        return found, None
    tell(f"Write {rows.name}")
    wrong = judge.failed(found.plan, found.results) if found.plan else []
    parts = [failing.failing_select(found.plan, wrong)] if found.plan else [failing.nothing()]
    # A query's relation holds all the rows already; it does not know their files.
    parts += [
        f'select \'{one.what}\', "key", column_name, cast("value" as varchar), reason, null, null, null from {one.relation}'
        for one in queries
    ]
    select = "\nunion all\n".join(parts)
    return found, loose.write(engine, failing.exported(select, place=not from_file), rows)


def _queries(mill: Mill, relation: str) -> list[Template]:
    """The queries of ``sql/audit`` that judge a relation and were made in the run."""
    there = set(mill.engine.relations())
    return [
        one
        for one in mill.catalog.winners().values()
        if one.judges.split()[:1] == [relation] and one.relation in there
    ]


def _query_samples(engine: Engine, query: Template, kind: Callable[[str | None], str]) -> list[Sample]:
    found = engine.rows(
        f'select "key", column_name, cast("value" as varchar) from {query.relation} order by all limit {SAMPLES}'
    )
    return [Sample(None, mask(key, kind("")), mask(value, kind(column))) for key, column, value in found]


def _samples(
    engine: Engine, found: Judged, kind: Callable[[str | None], str], *, with_key: bool
) -> dict[tuple[str | None, str], list[Sample]]:
    from gristmill.checks import judge, scan

    samples: dict[tuple[str | None, str], list[Sample]] = {}
    if not found.plan:
        return samples
    wrong = judge.failed(found.plan, found.results)
    rows: dict[tuple[str | None, str], list[tuple[Any, ...]]] = {}
    for one in [*scan.first_failing(engine, found.plan, wrong, SAMPLES), *found.failures]:
        rows.setdefault((one[2], one[0]), []).append((one[1], one[3], one[7]))
    for rule in wrong:
        taken = rows.get((rule.column, rule.check), [])
        shown = kind(rule.column or ", ".join(rule.about) or None)
        samples[rule.column, rule.check] = [
            Sample(row, mask(key, kind("")) if with_key else None, mask(value, shown))
            for key, value, row in taken[:SAMPLES]
        ]
    return samples


def kinds_of(mill: Mill, relation: str, module: CheckModule, *, show: bool) -> Callable[[str | None], str]:
    """The pii kind of a column: what lineage or the schema says; "" asks for the kind of keys."""
    from gristmill import checks

    known = dict(mill.personal.of(relation)) | checks.pii_columns([module]).get(relation, {})
    if show or not mill.project.mask:
        return lambda _: NONE
    return lambda name: "id" if name == "" else _kind(name, known)


def _kind(name: str | None, known: Mapping[str, str]) -> str:
    """The kind of a value of one column, or of several together: those are hidden whole where one is personal."""
    if name is None:
        return MIXED
    if name in known:
        return known[name]
    return NONE if all(known.get(one, NONE) == NONE for one in name.split(", ")) else MIXED


# -- the project ------------------------------------------------------------------------------------


@contextmanager
def published(project: Project) -> Iterator[Mill]:
    """The published run, open. Raises ConfigError when there is none."""
    with Mill(project) as mill:
        if mill.published is None:
            raise ConfigError(Problem("Nothing is published yet.", hint="gristmill run"))
        yield mill


def module_of(project: Project, relation: str, *, needed: bool = True) -> Any:
    """The check module that speaks of a relation; without one CheckError, or None when it is not needed."""
    from gristmill import checks

    # The one that is asked for: reading all of them takes a second.
    modules = checks.module_files([layer.root for layer in project.layers])
    if relation in modules:
        return checks.load_file(modules[relation], relation)
    if needed:
        raise CheckError(
            Problem(
                f"There is no check module for {relation}.",
                expected=f"There are modules for {listed(list(modules))}.",
                hint=f"gristmill check draft {relation} --out checks/{relation.replace('.', '/')}.py writes one",
            )
        )
    return None


def _no_relation(engine: Engine, relation: str) -> Problem:
    known = engine.relations()
    near = did_you_mean(relation, known, otherwise="a relation is named schema.name; a file must exist")
    return Problem(f"There is no file and no relation {relation!r}.", hint=near)
