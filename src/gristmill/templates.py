"""What can be done with templates besides running them: list, check, freeze, compare, draw, eject."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gristmill import entities, lint, lock, project, runs, steps, template
from gristmill.catalog import Catalog
from gristmill.engine import Engine, quote
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import (
    ConfigError,
    EngineError,
    GristmillError,
    Problem,
    TemplateError,
    did_you_mean,
)
from gristmill.lineage import Meanings
from gristmill.making import placed
from gristmill.mill import Mill
from gristmill.plan import Plan
from gristmill.project import BASE, Project
from gristmill.remembered import cache_file
from gristmill.template import Template


def _catalog() -> Catalog:
    return Catalog(project.load())


def remembered() -> Meanings:
    """What templates mean, as earlier commands and runs found out."""
    return Meanings(cache_file("meanings.json"))


def listed(schema: str | None = None) -> list[Template]:
    """The winning template of every name, sorted; of one schema when it is named.

    Raises TemplateError for a schema that has no template.
    """
    found = list(_catalog().winners().values())
    schemas = {one.schema for one in found}
    if schema and schema not in schemas:
        raise TemplateError(
            Problem(
                f"There is no template in {schema!r}.",
                expected=f"Schemas: {', '.join(sorted(schemas))}.",
                hint=did_you_mean(schema, schemas),
            )
        )
    return [one for one in found if schema in (None, one.schema)]


def candidates(ref: str) -> list[Template]:
    """Every file of a template, winner first."""
    return _catalog().candidates(ref.partition("@")[0])


def check(refs: Sequence[str] = ()) -> int:
    """Check the named templates, or all; returns how many. Raises TemplateError with every problem.

    Checked: syntax, one SELECT, parameters both ways, portable subset, tie-breaks, the lock, that
    everything read is made, names and types on empty inputs, and that an override keeps its contract.
    """
    catalog = _catalog()
    meanings = remembered()
    chosen = [catalog.get(ref) for ref in refs] if refs else list(catalog.templates)
    problems: list[Problem] = []
    readable = []
    for found in chosen:
        try:
            meanings.of(found)
            readable.append(found)
        except TemplateError as error:
            problems.extend(error.problems)
    for found in readable:
        problems.extend(lint.portable(found))
    locks = lock.by_layer(catalog)
    problems += lock.changed(readable, meanings, locks)
    if not refs:
        problems += lock.missing(locks, catalog.templates)
    if not problems:
        problems += _fit(catalog, meanings, readable)
    meanings.save()
    if problems:
        raise TemplateError(problems)
    return len(chosen)


def _fit(catalog: Catalog, meanings: Meanings, chosen: Sequence[Template]) -> list[Problem]:
    """Try every relation on empty inputs: the database's own binder knows names and types best."""
    plan = steps.plan(catalog.project, catalog, meanings)
    lint.parameters_agree(catalog)
    problems: list[Problem] = []
    with DuckDBEngine() as engine:
        dry_run(catalog.project, plan, engine, problems)
        for found in chosen:
            original = _shadowed(catalog, found)
            if original:
                problems += _contract(engine, found, original)
    return problems


def dry_run(found: Project, plan: Plan, engine: DuckDBEngine, problems: list[Problem]) -> None:
    """Make every relation of a plan without a single row; what does not fit is added to ``problems``."""
    _empty_raw(found, engine)
    values = {"as_of": "2000-01-01", **found.params}
    have = set(engine.relations())
    for node in plan.order():
        if not have >= set(node.reads):
            # Files that were never read have no columns yet; what follows is checked without them.
            schema, _, entity = node.name.partition(".")
            if schema == "source" and entity in entities.ENTITIES:
                engine.make(node.name, entities.union_select(entity, []))
                have.add(node.name)
            continue
        try:
            if node.template:
                sql = f"select * from ({node.template.sql}\n) limit 0"
                given = {name: values.get(name, p.default) for name, p in node.template.params.items()}
                engine.make(node.name, sql, template.values(node.template, given))
            elif node.step and not node.name.startswith("raw."):
                node.step(engine, values)
            have |= set(node.makes) & set(engine.relations()) if node.step else {node.name}
        except GristmillError as error:
            if node.template and isinstance(error, EngineError):
                error = placed(node, node.template, engine, error)
            for one in error.problems:
                where = one.where or (node.template.shown if node.template else node.name)
                problems.append(replace(one, where=where))


def _empty_raw(found: Project, engine: Engine) -> None:
    """Raw relations as the published run read them, without rows; mappings of unread files are left out."""
    from gristmill import sources

    sources.prepare(engine)
    with Mill(found) as mill:
        if not mill.published:
            return
        for relation in mill.engine.relations():
            if relation.startswith("raw.") and relation not in engine.relations():
                columns = ", ".join(
                    f"cast(null as {column.type}) as {quote(column.name)}"
                    for column in mill.engine.columns(relation)
                )
                engine.make(relation, f"select {columns} where false")


def _shadowed(catalog: Catalog, found: Template) -> Template | None:
    """The package's template that a project's own stands before."""
    if found.layer == BASE:
        return None
    same = [t for t in catalog.templates if t.layer == BASE and t.name == found.name]
    return next((t for t in same if t.version == found.version), same[0] if same else None)


def _contract(engine: Engine, found: Template, original: Template) -> list[Problem]:
    problems = []
    for name, param in original.params.items():
        own = found.params.get(name)
        if own is None or own.type != param.type:
            problems.append(
                Problem(
                    f"overrides {original.ref} but does not take ${name} ({param.type}).",
                    where=found.shown,
                    hint="an override takes the same parameters",
                )
            )
    for name, param in found.params.items():
        if name not in original.params and param.required:
            problems.append(
                Problem(
                    f"overrides {original.ref} but wants ${name}, which nobody gives it.",
                    where=f"{found.shown}:{param.line}",
                    hint="give the parameter a default",
                )
            )
    if not problems:
        have, want = _outputs(engine, found), _outputs(engine, original)
        missing = [name for name in want if name not in have]
        if missing:
            problems.append(
                Problem(
                    f"overrides {original.ref} but does not return {', '.join(missing)}.",
                    where=found.shown,
                    expected=f"An override returns at least: {', '.join(want)}.",
                )
            )
    return problems


def _outputs(engine: Engine, found: Template) -> list[str]:
    values = template.values(found, {"as_of": "2000-01-01"})
    try:
        return [column.name for column in engine.describe(found.sql, values)]
    except GristmillError:
        # The dry run has told already why this one cannot be described.
        return []


def freeze() -> tuple[int, int]:
    """Lock the project's own templates; returns (locked now, locked in all)."""
    catalog = _catalog()
    try:
        return lock.write(catalog, remembered())
    except OSError as error:
        raise runs.unwritable(catalog.project.root / "sql", error) from error


def eject(ref: str) -> Path:
    """Copy a template into the project's own layer. Raises ConfigError when it is there already."""
    catalog = _catalog()
    found = catalog.get(ref)
    target = catalog.project.root / "sql" / found.schema / found.path.name
    if target.exists():
        raise ConfigError(
            Problem(
                f"{catalog.project.show(target)} is there already.",
                hint="change that file, or delete it to get the package's own back",
            )
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found.path, target)
    except OSError as error:
        raise runs.unwritable(target, error) from error
    return target
