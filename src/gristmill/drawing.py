"""Lineage as text: what a relation reads and what reads it, and where a column comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gristmill import lineage, project
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import Problem, TemplateError, did_you_mean, listed
from gristmill.mill import Mill
from gristmill.templates import dry_run


def draw(relation: str, column: str | None = None) -> str:
    """A text picture of a relation's surroundings; with a column, of the columns it is made of.

    Raises TemplateError for an unknown relation or column, with the nearest name.
    """
    relation = relation.replace("/", ".").partition("@")[0]
    with Mill(project.load()) as mill:
        node = mill.plan.node(relation)
        if column:
            return "\n".join(_column(mill, relation, column))
        lines = [f"{relation}   {node.summary}", "reads"]
        lines += list(_tree(relation, lambda rel: mill.plan.by_relation[rel].reads)) or ["  (files)"]
        lines.append("is read by")
        lines += list(_tree(relation, mill.plan.readers)) or ["  (nothing)"]
        return "\n".join(lines)


def _tree(
    relation: str, step: Callable[[str], Iterable[str]], depth: int = 1, seen: set[str] | None = None
) -> Iterable[str]:
    seen = set() if seen is None else seen
    for rel in sorted(step(relation)):
        # What stands further up with its own branches is not repeated.
        again = rel in seen and bool(list(step(rel)))
        yield f"{'  ' * depth}{rel}{' …' if again else ''}"
        if rel not in seen:
            seen.add(rel)
            yield from _tree(rel, step, depth + 1, seen)


def _column(mill: Mill, relation: str, column: str) -> list[str]:
    schema = _known_columns(mill)
    if column not in schema.get(relation, []):
        raise TemplateError(
            Problem(
                f"{relation} has no column {column!r}.",
                expected=f"Columns: {listed(schema.get(relation, []))}.",
                hint=did_you_mean(column, schema.get(relation, [])),
            )
        )
    lines: list[str] = []
    seen: set[tuple[str, str]] = set()

    def visit(rel: str, names: Sequence[str], depth: int) -> None:
        node = mill.plan.by_relation.get(rel)
        new = [name for name in names if (rel, name) not in seen]
        shown = f"{rel}.{names[0]}" if len(names) == 1 else f"{rel}: {listed(names, most=8)}"
        lines.append(f"{'  ' * depth}{shown}   {node.ref if node else ''}{'' if new else ' …'}".rstrip())
        seen.update((rel, name) for name in names)
        below: dict[str, set[str]] = {}
        for name in new:
            for source, part in _sources(mill, schema, rel, name):
                below.setdefault(source, set()).add(part)
        for source in sorted(below):
            visit(source, sorted(below[source]), depth + 1)

    visit(relation, [column], 0)
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
