"""Make one template's relation, and turn the database's complaint into one about the author's file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gristmill.engine import quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import EngineError, Problem, TemplateError, did_you_mean, listed
from gristmill.lineage import bound
from gristmill.plan import Node
from gristmill.template import Template


def stored(engine: DuckDBEngine, found: Template, values: Mapping[str, Any]) -> int:
    """Make a template's relation, as a table or a view as its head says; returns its number of rows."""
    if not found.is_view:
        return engine.make(found.relation, found.sql, values)
    engine.view(found.relation, bound(found, values) if values else found.sql)
    return int(engine.scalar(f"select count(*) from {quote_relation(found.relation)}"))


def run(engine: DuckDBEngine, node: Node, values: Mapping[str, Any]) -> None:
    """Make all relations of a node whole, by its template or its step."""
    if node.template:
        stored(engine, node.template, values)
    elif node.step:
        for relation in node.makes:
            # What an earlier run left, or a session sees as a view, is no table to add rows to.
            engine.drop(relation)
        node.step(engine, values)


@contextmanager
def in_template(node: Node, found: Template, engine: DuckDBEngine) -> Iterator[None]:
    """Turn the database's complaint about a template into one that points into the author's file."""
    try:
        yield
    except EngineError as error:
        raise placed(node, found, engine, error) from error


def placed(
    node: Node, found: Template, engine: DuckDBEngine, error: EngineError
) -> TemplateError | EngineError:
    """The database's complaint about a template, as one that points into the author's file."""
    text = str(error)
    if not text.startswith(("Binder Error", "Catalog Error", "Parser Error")):
        return EngineError(Problem(f"failed: {text}", where=found.shown))
    message, _, rest = text.partition("\n\nLINE ")
    # The statement begins with one line of ours, "create or replace table … as".
    digits = rest.partition(":")[0]
    line = int(digits) - 1 if digits.isdigit() else 0
    what, _, more = message.partition("\n")
    _, _, what = what.partition(": ")
    named = re.search(r'[Cc]olumn "((?:[^"]|"")+)"', what)
    if named and line < 1:
        line = next((i for i, part in enumerate(found.sql.splitlines(), 1) if named[0][7:] in part), 0)
    where = found.where(line) if line > 0 else found.shown
    columns = [column.name for relation in node.reads for column in engine.columns(relation)]
    name = named[1].replace('""', '"') if named else ""
    if found.schema == "source" and name and name not in columns:
        return TemplateError(
            Problem(
                f'maps the column "{name}", which the file does not have.',
                where=where,
                expected=f"Columns: {listed([column for column in columns if not column.startswith('_')])}.",
                hint=did_you_mean(name, columns, otherwise="map another column, or take the line out"),
            )
        )
    return TemplateError(
        Problem(f"does not fit the data: {what}", where=where, hint=" ".join(more.split()) or None)
    )
