"""Repair within a project: what the clean relations of a run say against each other, as proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill.engine import Engine, quote_relation
from gristmill.entities import literal
from gristmill.repair.rounds import CELLS, CHANGES, NEVER, mend

PROPOSALS = "repair.proposals"
"""relation, _source, _file, _row, column_name, before, after (NULL: no better value is known), rule, confidence."""
DEPENDENCIES = "repair.dependencies"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "contacts": ("company", "postcode", "address", "city", "region", "country", "gender", "acquired_via"),
    "orders": ("status", "currency", "channel", "campaign", "amount"),
    "order_lines": ("product_key", "product_name", "category", "unit_price", "currency", "country"),
    "tickets": ("channel", "topic", "status", "satisfaction"),
}
"""Columns whose values come again and depend on each other. Names, keys and addresses of persons do not."""
MOST_ROWS = 500_000
"""Rows of one entity that are looked at; of more, an even sample by row number."""


def propose(engine: Engine, params: Mapping[str, Any]) -> None:
    """Find errors that nobody listed in the clean relations, and propose what the values should be.

    Nothing is applied: in a project the values are those of people who can be asked. Reads
    ``clean.<entity>``, writes ``repair.proposals`` and ``repair.dependencies`` (with names in place
    of numbers). ``params`` may hold ``repair_rows``: rows of one entity that are looked at.
    """
    most = int(params.get("repair_rows") or MOST_ROWS)
    names: dict[int, tuple[str, str]] = {}
    rows, cells, offset = [], [], 0
    for entity, columns in COLUMNS.items():
        relation = f"clean.{entity}"
        n = int(engine.scalar(f"select count(*) from {quote_relation(relation)}"))
        if n == 0:
            continue
        chosen = f"repair.{entity}"
        engine.make(
            chosen,
            f"select {offset} + row_number() over (order by _source, _file, _row) as row_id, _source, _file, _row,"
            f" {', '.join(f'{_text(column)} as {column}' for column in columns)}"
            f" from {quote_relation(relation)} where coalesce(_row, 0) % {-(-n // most)} = 0",
        )
        rows.append(f"select row_id, {literal(relation)} as relation, _source, _file, _row from {chosen}")
        for column in columns:
            cells.append(
                f"select row_id, cast({len(names)} as integer) as column_no, {column} as value from {chosen}"
            )
            names[len(names)] = (relation, column)
        offset += n
    if not names:
        engine.make(PROPOSALS, f"{_EMPTY} where false")
        engine.make(DEPENDENCIES, f"{_NO_DEPENDENCY} where false")
        return
    listed = ", ".join(
        f"({i}, {literal(relation)}, {literal(name)})" for i, (relation, name) in names.items()
    )
    engine.make("repair.rows", "\nunion all ".join(rows))
    engine.make("repair.names", f"select * from (values {listed}) as t(column_no, relation, column_name)")
    engine.make(CELLS, "\nunion all ".join(cells))
    mend(engine, apply_above=NEVER)
    engine.make(
        PROPOSALS,
        f"select r.relation, r._source, r._file, r._row, n.column_name, c.before, c.after, c.rule, c.confidence"
        f" from {CHANGES} c join repair.rows r on r.row_id = c.row_id join repair.names n on n.column_no = c.column_no"
        " order by r.relation, r._source, r._file, r._row, n.column_name, c.confidence desc, c.after",
    )
    engine.make(
        DEPENDENCIES,
        "select a.relation, a.column_name as determinant, b.column_name as dependent, d.n, d.n_exceptions, d.n_breaches,"
        " d.strength from repair.dependencies d join repair.names a on a.column_no = d.determinant_no"
        " join repair.names b on b.column_no = d.dependent_no order by a.relation, determinant, dependent",
    )
    for relation in engine.relations():
        if relation.startswith("repair.") and relation not in (PROPOSALS, DEPENDENCIES):
            engine.drop(relation)


_EMPTY = (
    "select cast(null as varchar) as relation, cast(null as varchar) as _source, cast(null as varchar) as _file,"
    " cast(null as bigint) as _row, cast(null as varchar) as column_name, cast(null as varchar) as before,"
    " cast(null as varchar) as after, cast(null as varchar) as rule, cast(null as double) as confidence"
)
_NO_DEPENDENCY = (
    "select cast(null as varchar) as relation, cast(null as varchar) as determinant, cast(null as varchar) as dependent,"
    " cast(0 as bigint) as n, cast(0 as bigint) as n_exceptions, cast(0 as bigint) as n_breaches, cast(0 as double) as strength"
)


def _text(column: str) -> str:
    """A column as text; numbers without the zeros their type adds."""
    if column in ("amount", "unit_price", "satisfaction"):
        return f"regexp_replace(cast({column} as varchar), '[.]0+$|([.][0-9]*[1-9])0+$', '\\1')"
    return f"nullif({column}, '')"
