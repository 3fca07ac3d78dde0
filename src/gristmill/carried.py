"""What a run carries over from the run before: small relations copied from its database.

Everything lives in the run's own database, so a failed run changes nothing of it and a rollback takes it back with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gristmill.engine import Engine, quote

BEFORE = "run_before"
"""Name under which the database of the run before is attached for a moment."""


def bring(engine: Engine, relation: str, shape: Mapping[str, str], select: str | None) -> None:
    """Make ``relation`` of a SELECT in exactly these columns (name → type); empty where there is none to take it from.

    A column that the SELECT lacks is NULL: the run before may be of an older version.
    """
    have = {column.name for column in engine.describe(select)} if select else set()
    cells = ", ".join(
        f"cast({name if name in have else 'null'} as {kind}) as {name}" for name, kind in shape.items()
    )
    engine.make(relation, f"select {cells} from ({select})" if select else f"select {cells} where false")


def take_over(engine: Engine, relations: Sequence[str], database: str) -> bool:
    """Copy what an attached database was itself made from, so that making it again gives the same; False where it has none.

    A session that re-makes the published run must not count as one more run that has gone by.
    """
    if not set(relations) <= stored(engine, database):
        return False
    for relation in relations:
        engine.make(relation, f"select * from {quote(database)}.{relation}")
    return True


@contextmanager
def attached(engine: Engine, path: Path) -> Iterator[str]:
    """Make the database of another run readable under the name that is yielded. Raises EngineError.

    Where it is readable already it is left so: a file is attached once only.
    """
    if is_attached(engine, BEFORE):
        yield BEFORE
        return
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


def stored(engine: Engine, database: str) -> frozenset[str]:
    """Names of the tables of an attached database, ``schema.name``."""
    rows = engine.rows(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = $name",
        {"name": database},
    )
    return frozenset(row[0] for row in rows)
