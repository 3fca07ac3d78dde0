"""Ids that hold: what the run before knew of its customers, laid beside the new records.

Who keeps which id is decided in SQL (``unify/recognised``, ``unify/id_claims``, ``unify/members``). This module only
brings over what these read from the database of the run before. Everything lives in the run's own database, so
a failed run changes no id and a rollback takes ids back with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gristmill.engine import Engine, quote

BEFORE = "run_before"
"""Name under which the database of the run before is attached for a moment."""

RECORDS, IDS, EVENTS, RUN = (
    "unify.id_records_before",
    "unify.ids_before",
    "unify.id_events_before",
    "unify.id_run",
)
MADE = (RECORDS, IDS, EVENTS, RUN)
KINDS = {
    "contact_id": "id",
    "other_id": "none",
    "current_id": "none",
    "last_id": "none",
    "event": "none",
    "run_id": "none",
    **dict.fromkeys(("digest", "name", "email", "phone", "birth"), "id"),
}
"""pii kinds of the columns brought over; a digest of a value is as personal as a key."""

SHAPES = {
    RECORDS: {
        "contact_id": "varchar",
        "customer_id": "varchar",
        "is_present": "boolean",
        "is_keyed": "boolean",
        **dict.fromkeys(("digest", "name", "email", "phone", "birth"), "varchar"),
    },
    IDS: dict.fromkeys(("customer_id", "current_id", "last_id", "run_id"), "varchar"),
    EVENTS: {
        **dict.fromkeys(("run_id", "event", "customer_id", "other_id"), "varchar"),
        "n_records": "bigint",
    },
}
"""Columns and types of what is brought over."""

SOURCES = {RECORDS: "unify.id_records", IDS: "unify.resolved_ids", EVENTS: "unify.id_events"}
"""What of the run before each is taken from."""

WITHOUT_REGISTER = {
    RECORDS: "select contact_id, customer_id, true as is_present from {before}.unify.members",
    IDS: "select distinct customer_id, customer_id as current_id, customer_id as last_id from {before}.unify.members",
}
"""What there is to take from a run that was made before ids were kept."""


def recall(engine: Engine, params: Mapping[str, Any] | None = None, *, before: str | None = None) -> None:
    """The customers of the run before, their records and ids; empty where there was none.

    ``before`` is the name of an attached database, or None for none. ``params['run']`` names this run; empty in a session.
    """
    stored = _stored(engine, before) if before else frozenset()
    for relation, shape in SHAPES.items():
        source = _source(relation, before, stored)
        engine.make(relation, _shaped(engine, source, shape))
    run = str((params or {}).get("run") or "session")
    engine.make(RUN, "select cast($run as varchar) as run_id", {"run": run})


def take_over(engine: Engine, database: str) -> bool:
    """Copy what an attached database was itself made from, so that making it again gives its ids; False where it has none.

    A session that re-makes the published run must not give ids as if one more run had gone by.
    """
    if not set(MADE) <= _stored(engine, database):
        return False
    for relation in MADE:
        engine.make(relation, f"select * from {quote(database)}.{relation}")
    return True


@contextmanager
def attached(engine: Engine, path: Path) -> Iterator[str]:
    """Make the database of another run readable under the name that is yielded. Raises EngineError."""
    escaped = str(path).replace("'", "''")
    engine.execute(f"attach '{escaped}' as {quote(BEFORE)} (read_only)")
    try:
        yield BEFORE
    finally:
        engine.execute(f"detach {quote(BEFORE)}")


def is_attached(engine: Engine, name: str) -> bool:
    """True when the engine has a database of that name."""
    found = engine.scalar(
        "select count(*) from duckdb_databases() where database_name = $name", {"name": name}
    )
    return bool(found)


def _stored(engine: Engine, database: str) -> frozenset[str]:
    rows = engine.rows(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = $name",
        {"name": database},
    )
    return frozenset(row[0] for row in rows)


def _source(relation: str, before: str | None, stored: frozenset[str]) -> str | None:
    """The SELECT that a relation is taken from, or None."""
    if before is None:
        return None
    if SOURCES[relation] in stored:
        return f"select * from {quote(before)}.{SOURCES[relation]}"
    if relation in WITHOUT_REGISTER and "unify.members" in stored:
        return WITHOUT_REGISTER[relation].format(before=quote(before))
    return None


def _shaped(engine: Engine, source: str | None, shape: Mapping[str, str]) -> str:
    """A SELECT of exactly these columns: those that the source lacks are NULL, without a source there are no rows."""
    have = {column.name for column in engine.describe(source)} if source else set()
    cells = (f"cast({name if name in have else 'null'} as {kind}) as {name}" for name, kind in shape.items())
    return (
        f"select {', '.join(cells)} from ({source})" if source else f"select {', '.join(cells)} where false"
    )
