"""What can be done with templates besides running them: list, check, freeze, compare, draw, eject."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gristmill import entities, lineage, lint, lock, project, steps, template
from gristmill.catalog import Catalog
from gristmill.engine import Engine, quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ConfigError, GristmillError, Problem, TemplateError
from gristmill.lineage import Meanings
from gristmill.mill import Mill
from gristmill.plan import Plan
from gristmill.project import BASE, Project
from gristmill.template import Template


def _catalog() -> Catalog:
    return Catalog(project.load())


def listed() -> list[Template]:
    """The winning template of every name, sorted."""
    return list(_catalog().winners().values())


def candidates(ref: str) -> list[Template]:
    """Every file of a template, winner first."""
    return _catalog().candidates(ref.partition("@")[0])


def check(refs: Sequence[str] = ()) -> int:
    """Check the named templates, or all; returns how many. Raises TemplateError with every problem.

    Checked: syntax, one SELECT, parameters both ways, portable subset, tie-breaks, the lock, that
    everything read is made, names and types on empty inputs, and that an override keeps its contract.
    """
    catalog = _catalog()
    meanings = Meanings()
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


def dry_run(found: Project, plan: Plan, engine: Engine, problems: list[Problem]) -> None:
    """Make every relation of a plan without a single row; what does not fit is added to ``problems``."""
    _empty_raw(found, engine)
    values = {"as_of": "2000-01-01", **found.params}
    for node in plan.order():
        if not all(rel in engine.relations() for rel in node.reads):
            # Files that were never read have no columns yet; what follows is checked without them.
            schema, _, entity = node.name.partition(".")
            if schema == "source" and entity in entities.ENTITIES:
                engine.make(node.name, entities.union_select(entity, []))
            continue
        try:
            if node.template:
                sql = f"select * from ({node.template.sql}\n) limit 0"
                given = {name: values.get(name, p.default) for name, p in node.template.params.items()}
                engine.make(node.name, sql, template.values(node.template, given))
            elif node.step and not node.name.startswith("raw."):
                node.step(engine, values)
        except GristmillError as error:
            where = node.template.shown if node.template else node.name
            first = error.problems[0]
            problems.append(
                Problem(
                    f"does not fit what it reads: {first.what}", where=first.where or where, hint=first.hint
                )
            )


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
    return lock.write(catalog, Meanings())


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
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(found.path, target)
    return target


# -- comparing two versions -----------------------------------------------------------------------


def diff(left: str, right: str, params: Mapping[str, Any]) -> str:
    """The difference in meaning, line by line, and the effect on the current data."""
    catalog = _catalog()
    old, new = catalog.get(left), catalog.get(right)
    lines = list(
        difflib.unified_diff(
            lineage.canonical(old).splitlines(),
            lineage.canonical(new).splitlines(),
            old.ref,
            new.ref,
            lineterm="",
        )
    )
    text = lines or [f"{old.ref} and {new.ref} mean the same."]
    with Mill(catalog.project, params=params) as mill:
        if mill.published:
            text += ["", *_effect(mill, old, new)]
        else:
            text += ["", "Nothing is published yet, so there is no data to show the effect on."]
    return "\n".join(text)


def _effect(mill: Mill, old: Template, new: Template) -> list[str]:
    for name, found in (("old", old), ("new", new)):
        mill.run(f"{found.layer}:{found.ref}")
        mill.engine.make(f"diff.{name}", f"select * from {quote_relation(found.relation)}")
    engine = mill.engine
    columns = {name: [c.name for c in engine.columns(f"diff.{name}")] for name in ("old", "new")}
    shared = [name for name in columns["old"] if name in columns["new"]]
    picked = ", ".join(quote(name) for name in shared)
    n_old, n_new = (engine.scalar(f"select count(*) from diff.{name}") for name in ("old", "new"))
    only = {
        name: engine.scalar(
            f"select count(*) from (select {picked} from diff.{name} except all select {picked} from diff.{other})"
        )
        for name, other in (("old", "new"), ("new", "old"))
    }
    lines = [
        f"Effect on the data of {mill.as_of}:",
        f"  rows {n_old:,} → {n_new:,};"
        f" {only['old']:,} rows only in {old.ref}, {only['new']:,} only in {new.ref}",
    ]
    for side, other, title in (("old", "new", "left out"), ("new", "old", "added")):
        gone = [name for name in columns[side] if name not in columns[other]]
        if gone:
            lines.append(f"  columns {title}: {', '.join(gone)}")
    return lines + _moves(engine, shared)


def _moves(engine: Engine, shared: Sequence[str]) -> list[str]:
    """Who moves: for each column of few values, how many keys change from one to another."""
    key = next((name for name in shared if name.endswith("_id") and _is_key(engine, name)), None)
    if not key:
        return []
    lines = []
    for name in shared:
        if name == key:
            continue
        column = quote(name)
        few = engine.scalar(
            f"select count(distinct {column}) <= 50 from (select {column} from diff.old union all"
            f" select {column} from diff.new)"
        )
        moved = (
            engine.rows(
                f"select cast(o.{column} as varchar), cast(n.{column} as varchar), count(*) from diff.old as o"
                f" full join diff.new as n on o.{quote(key)} = n.{quote(key)}"
                f" where o.{column} is distinct from n.{column} group by all order by 3 desc, 1, 2"
            )
            if few
            else []
        )
        if moved:
            lines.append(f"  {name}: {sum(row[2] for row in moved):,} {key} values change")
            lines += [f"    {row[0] or '–'} → {row[1] or '–'}: {row[2]:,}" for row in moved[:20]]
    return lines


def _is_key(engine: Engine, name: str) -> bool:
    return all(
        engine.scalar(f"select count(*) = count(distinct {quote(name)}) from diff.{side}")
        for side in ("old", "new")
    )


# -- drawing lineage ------------------------------------------------------------------------------


def draw(relation: str, column: str | None = None) -> str:
    """A text picture: what a relation reads above it, what reads it below; or where a column comes from."""
    relation = relation.replace("/", ".").partition("@")[0]
    with Mill(project.load()) as mill:
        node = mill.plan.node(relation)
        if column:
            return "\n".join(_column_tree(mill, relation, column))
        lines = [f"{relation}   {node.summary}"]
        lines += ["reads"] + (
            list(_tree(relation, lambda rel: mill.plan.by_relation[rel].reads)) or ["  (files)"]
        )
        lines += ["is read by"] + (list(_tree(relation, mill.plan.readers)) or ["  (nothing)"])
        return "\n".join(lines)


def _tree(relation: str, step: Any, depth: int = 1, seen: set[str] | None = None) -> Iterable[str]:
    seen = set() if seen is None else seen
    for rel in sorted(step(relation)):
        again = rel in seen
        yield f"{'  ' * depth}{rel}{' …' if again else ''}"
        if not again:
            seen.add(rel)
            yield from _tree(rel, step, depth + 1, seen)


def _column_tree(mill: Mill, relation: str, column: str) -> list[str]:
    from gristmill.errors import did_you_mean

    schema = _known_columns(mill)
    if column not in schema.get(relation, []):
        raise TemplateError(
            Problem(
                f"{relation} has no column {column!r}.", hint=did_you_mean(column, schema.get(relation, []))
            )
        )
    lines: list[str] = []

    def visit(rel: str, col: str, depth: int) -> None:
        node = mill.plan.by_relation.get(rel)
        made_by = f"   {node.ref}" if node else ""
        lines.append(f"{'  ' * depth}{rel}.{col}{made_by}")
        for source in _sources(mill, schema, rel, col):
            visit(*source, depth + 1)

    visit(relation, column, 0)
    return lines


def _sources(mill: Mill, schema: Mapping[str, Sequence[str]], rel: str, col: str) -> list[tuple[str, str]]:
    node = mill.plan.by_relation.get(rel)
    if node and node.template:
        return sorted(lineage.columns(node.template.sql, schema, schema[rel]).get(col, frozenset()))
    # A union of mappings or a Python step carries a column on under its own name.
    return [(read, col) for read in (node.reads if node else ()) if col in schema.get(read, [])]


def _known_columns(mill: Mill) -> dict[str, list[str]]:
    """Columns of every relation: from the published run, else from a dry run on empty inputs."""
    if mill.published:
        found = {rel: [c.name for c in mill.engine.columns(rel)] for rel in mill.engine.relations()}
        if set(found) >= {rel for node in mill.plan.nodes for rel in node.makes}:
            return found
    with DuckDBEngine() as engine:
        dry_run(mill.project, mill.plan, engine, [])
        return {rel: [c.name for c in engine.columns(rel)] for rel in engine.relations()}
