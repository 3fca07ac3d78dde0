"""The mill: runs templates in a project's database and hands back results that know their SQL.

Two ways to work with the same verbs:

- inside a run (``open(run=…)``, as the notebooks do under Papermill) relations are made in that
  run's own database;
- in a session (``open()``, as an analyst does) the published run is attached read-only and
  everything made lands in memory, so that nobody's published numbers change and runs may go on.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gristmill import judging, making, runs, scalars, steps, template
from gristmill.catalog import Catalog
from gristmill.engine import Column, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import (
    ParameterError,
    Problem,
    RunError,
    TemplateError,
    did_you_mean,
)
from gristmill.lineage import Meanings, Origins, bound, columns, n_statements, parameters, shown
from gristmill.making import in_template, stored
from gristmill.personal import Personal, by_type
from gristmill.plan import Node, Plan
from gristmill.project import Project
from gristmill.remembered import cache_file
from gristmill.renewal import Renewal, taken_up
from gristmill.result import Result
from gristmill.template import Template

MADE = "audit.relations"
PUBLISHED = steps.PUBLISHED


@dataclass(frozen=True)
class Made:
    """What making one relation took. ``ref`` is the template and version, or ``python``."""

    relation: str
    ref: str
    fingerprint: str
    n_rows: int
    seconds: float


class Mill:
    """A project opened for work; use it as a context manager or call ``close``."""

    def __init__(
        self, project: Project, *, run: runs.Run | None = None, params: Mapping[str, Any] | None = None
    ) -> None:
        base = runs.current(project) if run is None else None
        if run and run.status != runs.RUNNING:
            # A run that has ended is looked at, never written to.
            base, run = runs.with_database(project, run), None
        self.project = project
        self.in_run = run
        self.published = base
        self._given = {
            **(base.params if base else {}),
            **project.params,
            **(run.params if run else {}),
            **(params or {}),
        }
        if self._given.get("as_of") is None:
            fixed = run.as_of if run else project.as_of or (base.as_of if base else None)
            self._given["as_of"] = fixed or runs.today().isoformat()
        self._engine: DuckDBEngine | None = None
        self._personal: Personal | None = None
        self._origins = Origins(cache_file("origins.json"))
        self._read: list[tuple[Path, int]] = []
        """Template files as ``reread`` saw them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self.in_run:
            place = f"run {self.in_run.run}"
        elif self.published:
            place = f"a scratch copy over the run {self.published.run}"
        else:
            place = "a scratch database; nothing is published yet"
        return f"Mill of {self.project.name}: {place}, as of {self.as_of}"

    @property
    def as_of(self) -> dt.date:
        """The day that counts as today."""
        return scalars.typed("date", self._given["as_of"])  # type: ignore[no-any-return]

    @property
    def given(self) -> dict[str, Any]:
        """Parameters by name, as given; a template that declares one it does not hold takes its default."""
        return dict(self._given)

    def reread(self) -> None:
        """Look at the template files again where somebody changed one; a run keeps to those it began with."""
        if self.in_run:
            return
        files = [
            path for layer in self.project.layers for path in sorted((layer.root / "sql").rglob("*.sql"))
        ]
        stamp = [(path, path.stat().st_mtime_ns) for path in files]
        if stamp != self._read:
            self._read = stamp
            for name in ("catalog", "plan"):
                self.__dict__.pop(name, None)

    @cached_property
    def catalog(self) -> Catalog:
        """All templates that can be seen from the project."""
        return Catalog(self.project)

    @cached_property
    def meanings(self) -> Meanings:
        """Parsed templates, remembered between processes."""
        return Meanings(cache_file("meanings.json"))

    @cached_property
    def plan(self) -> Plan:
        """What is made from what."""
        found = steps.plan(self.project, self.catalog, self.meanings)
        self.meanings.save()
        return found

    @property
    def engine(self) -> DuckDBEngine:
        """The database, opened when first asked for and again after ``close``."""
        if self._engine is None:
            self._engine = self._open_run(self.in_run) if self.in_run else self._open_scratch()
        return self._engine

    def close(self) -> None:
        """Let go of the database, so that the next process can have it."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
            self._personal = None
        self._origins.save()

    # -- making ---------------------------------------------------------------------------------

    def run(self, ref: str, **params: Any) -> Result:
        """Make the relation of a template (``unify/pairs``, ``unify/pairs@1``, ``base:unify/pairs``).

        Relations it needs that are not there yet are made first. Unknown parameters are refused.
        Raises TemplateError, ParameterError, or EngineError when the database fails.
        """
        self.reread()
        found = self.catalog.get(ref)
        values = template.values(found, {**self._given, **params})
        template.values(found, {**self._given_for(found), **params}, strict=True)
        node = Node(
            makes=(found.relation,),
            reads=self.meanings.of(found).reads,
            summary=found.summary,
            template=found,
            fingerprint=self.meanings.of(found).fingerprint,
        )
        self._make_missing(node.reads)
        self._make(node, values)
        return self.relation(found.relation)

    def make(self, relation: str) -> None:
        """Make a relation again as the project says, by its template or its step; what it reads is left as it is."""
        node = self.plan.node(relation)
        self._make_missing(node.reads)
        self._make(node, self._values(node))

    def stage(self, schema: str, *more: str) -> Result:
        """Make every relation of the given schemas, in order; returns a table of what was made.

        Raises TemplateError when nothing makes a relation of such a schema.
        """
        names = (schema, *more)
        known = {node.name.partition(".")[0] for node in self.plan.nodes}
        for name in names:
            if name not in known:
                raise TemplateError(
                    Problem(f"No template makes a relation of {name!r}.", hint=did_you_mean(name, known))
                )
        wanted = [node for node in self.plan.order() if node.name.partition(".")[0] in names]
        # What is made here or was seen is not asked for again: the catalog takes a while to list a few hundred.
        there = {rel for node in wanted for rel in node.makes}
        with taken_up(self.project, self.in_run, self.engine, wanted, self._given) as renewal:
            for node in wanted:
                self._make_missing(reads := [rel for rel in node.reads if rel not in there])
                there.update(reads)
                self._make(node, self._values(node), renewal)
        marks = ", ".join(f"'{rel}'" for node in wanted for rel in node.makes)
        return self.sql(
            f"select relation, ref as made_by, n_rows, round(seconds, 2) as seconds from {MADE}"
            f" where relation in ({marks}) order by n, relation"
        )

    def _make_missing(self, relations: Sequence[str]) -> None:
        if not relations:
            return
        have = set(self.engine.relations())
        missing = [rel for rel in relations if rel not in have]
        for node in self.plan.order(missing) if missing else []:
            if not set(node.makes) <= have:
                self._make(node, self._values(node))

    def _make(self, node: Node, values: Mapping[str, Any], renewal: Renewal | None = None) -> None:
        started = time.perf_counter()
        if renewal and renewal.make(node, values):
            counts = self._counted(node.makes)
        elif node.template:
            with in_template(node, node.template, self.engine):
                n = stored(self.engine, node.template, values)
            about = {"as_of": self._given["as_of"], "run": self.in_run.run if self.in_run else ""}
            counts = [n - judging.set_apart(self.project, self.engine, node.name, about)]
        elif node.step:
            making.run(self.engine, node, values)
            counts = self._counted(node.makes)
        else:
            raise RunError(f"Nothing says how {node.name} is made.")
        if renewal:
            renewal.made(node)
        seconds = time.perf_counter() - started
        made = [
            Made(rel, node.ref, node.fingerprint, n, seconds if i == 0 else 0.0)
            for i, (rel, n) in enumerate(zip(node.makes, counts, strict=True))
        ]
        self._note(made)
        self.personal.learn(self.engine, node)

    def _counted(self, relations: Sequence[str]) -> list[int]:
        return [int(self.engine.scalar(f"select count(*) from {quote_relation(one)}")) for one in relations]

    def _note(self, made: Sequence[Made]) -> None:
        if not self.engine.columns(MADE):
            self.engine.execute("create schema if not exists audit")
            self.engine.execute(
                f"create table {MADE} (n bigint, relation varchar, ref varchar,"
                " fingerprint varchar, n_rows bigint, seconds double)"
            )
        names = [one.relation for one in made]
        self.engine.execute(f"delete from {MADE} where list_contains($names, relation)", {"names": names})
        self.engine.execute(
            f"insert into {MADE} select (select coalesce(max(n), 0) from {MADE}) + unnest(range(1, len($names) + 1)),"
            " unnest($names), unnest($refs), unnest($fingerprints), unnest($counts), unnest($seconds)",
            {
                "names": names,
                "refs": [one.ref for one in made],
                "fingerprints": [one.fingerprint for one in made],
                "counts": [one.n_rows for one in made],
                "seconds": [one.seconds for one in made],
            },
        )
        if self.in_run:
            # The driver reads this file to show progress; a line is written in one piece.
            with (self.in_run.folder(self.project) / "progress.jsonl").open("a", encoding="utf-8") as file:
                for one in made:
                    file.write(json.dumps({"relation": one.relation, "n_rows": one.n_rows}) + "\n")

    def _values(self, node: Node) -> Mapping[str, Any]:
        if node.template:
            return template.values(node.template, self._given)
        return {**self._given, "run": self.in_run.run if self.in_run else ""}

    def _given_for(self, found: Template) -> dict[str, Any]:
        return {name: value for name, value in self._given.items() if name in found.params}

    # -- asking ---------------------------------------------------------------------------------

    def sql(self, text: str, **params: Any) -> Result:
        """A query of plain SQL against the run; ``$name`` takes ``params``, then the run's parameters.

        Relations it names must be there (``run`` makes one). Nothing is computed before the
        result is shown or asked for. Raises ParameterError for a ``$name`` without a value.
        """
        text = text.strip().removesuffix(";").rstrip()
        if n_statements(text) != 1:
            what = "several statements" if text.strip() and n_statements(text) else "nothing"
            raise TemplateError(Problem(f"The query holds {what}.", expected="Expected one SELECT."))
        used = list(dict.fromkeys(name.text for _, name in parameters(text)))
        given = {**self._given, **params}
        unknown = [name for name in used if name not in given]
        unused = [name for name in params if name not in used]
        if unknown or unused:
            raise ParameterError(
                [
                    Problem(f"The query uses ${name}, which has no value.", hint=did_you_mean(name, given))
                    for name in unknown
                ]
                + [
                    Problem(f"The query does not use ${name}.", hint=did_you_mean(name, used))
                    for name in unused
                ]
            )
        return Result(self, text, {name: given[name] for name in used})

    def shown(self, sql: str, params: Mapping[str, Any]) -> str:
        """A query for display, values in place of ``$name``.

        Text that a notebook gave by itself stays ``$name`` where personal data is masked: it may be somebody's.
        """
        return shown(
            sql,
            {
                name: value
                for name, value in params.items()
                if not self.project.mask
                or value is None
                or isinstance(value, (bool, int, float, Decimal, dt.date))
                or self._given.get(name) == value
            },
        )

    def relation(self, name: str) -> Result:
        """A stored relation, ``schema.name``, made first when it is not there."""
        name = name.replace("/", ".")
        if name not in self.engine.relations():
            self._make_missing([self.plan.node(name).name])
        return Result(self, f"select * from {quote_relation(name)}", {}, relation=name)

    def show(self, ref: str, **params: Any) -> str:
        """The exact SQL that would run for a template, parameters bound as typed literals."""
        found = self.catalog.get(ref)
        values = template.values(found, {**self._given_for(found), **params}, strict=True)
        self.meanings.of(found)
        return bound(found, values)

    @property
    def personal(self) -> Personal:
        """Which stored columns hold personal data."""
        if self._personal is None:
            self._personal = Personal(self.engine, self._origins)
        return self._personal

    def kinds(self, sql: str, outputs: Sequence[Column]) -> dict[str, str]:
        """Output column of a query → pii kind, by column lineage; a number is none."""
        names = [column.name for column in outputs]
        found = self.personal.of_query(columns(sql, self.personal.schema(), names), names)
        return {column.name: by_type(column, found[column.name]) for column in outputs}

    # -- opening --------------------------------------------------------------------------------

    def _open_run(self, run: runs.Run) -> DuckDBEngine:
        return DuckDBEngine(run.database(self.project), temp=self._spill(), patience_s=60)

    def _open_scratch(self) -> DuckDBEngine:
        engine = DuckDBEngine(temp=self._spill())
        if self.published:
            engine.attach(self.published.database(self.project), PUBLISHED)
            for schema, name in engine.rows(
                "select schema_name, table_name from duckdb_tables() where database_name = $name"
                " union all select schema_name, view_name from duckdb_views()"
                " where database_name = $name and not internal",
                {"name": PUBLISHED},
            ):
                relation = quote_relation(f"{schema}.{name}")
                engine.view(f"{schema}.{name}", f"select * from {PUBLISHED}.{relation}")
            for own in (MADE, Personal.relation, "audit.quarantine"):
                # These are written to, so the session needs its own copy.
                if own in engine.relations():
                    engine.make(own, f"select * from {PUBLISHED}.{own}")
        return engine

    def _spill(self) -> Path | None:
        folder = steps.spill_folder(self.project)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        return folder
