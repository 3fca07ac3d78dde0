"""Where SQL runs. One small protocol, so that templates do not know which engine they run on.

An engine owns materialisation: every step of a run ends in a named table, loops live in Python
between steps. Only the modules of this folder import a database driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a relation: its name and the engine's name of its type, such as ``VARCHAR``."""

    name: str
    type: str


class Engine(Protocol):
    """What gristmill asks of a database; implemented by ``engine.duckdb.DuckDBEngine``."""

    def execute(self, sql: str, params: Params | None = None) -> None:
        """Run a statement for its effect."""

    def make(self, relation: str, select: str, params: Params | None = None) -> int:
        """Store what ``select`` returns as the table ``schema.name``; return its number of rows."""

    def view(self, relation: str, select: str) -> None:
        """Store ``select`` itself under a name; it must hold no parameters."""

    def rows(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""

    def scalar(self, sql: str, params: Params | None = None) -> Any:
        """First column of the first row; None when there is no row."""

    def fetch(self, sql: str, params: Params | None = None) -> pa.Table:
        """The result as one Arrow table."""

    def batches(
        self, sql: str, params: Params | None = None, *, rows: int = 100_000
    ) -> Iterable[pa.RecordBatch]:
        """The result as Arrow batches, so that memory does not grow with the table."""

    def describe(self, sql: str, params: Params | None = None) -> list[Column]:
        """Names and types a SELECT returns, without running it."""

    def columns(self, relation: str) -> list[Column]:
        """Names and types of a stored relation; empty when there is none of that name."""

    def relations(self) -> list[str]:
        """Names ``schema.name`` of everything stored, sorted."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under ``name`` until the engine closes."""

    def drop(self, relation: str) -> None:
        """Remove a table or view; nothing happens when it is not there."""

    def close(self) -> None:
        """Let go of the database; a file is free for other processes afterwards."""


def quote(name: str) -> str:
    """An identifier in double quotes, safe for any name that a file may carry."""
    return '"' + name.replace('"', '""') + '"'


def quote_relation(relation: str) -> str:
    """``schema.name`` with both parts quoted."""
    schema, _, name = relation.partition(".")
    return f"{quote(schema)}.{quote(name)}" if name else quote(schema)


def write_rows(
    engine: Engine, relation: str, shape: Mapping[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Make a small relation of these columns (name → type) and rows, as a step does that found them by iteration."""
    cells = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in shape.items())
    engine.make(relation, f"select {cells} where false")
    for row in rows:
        given = {f"v{i}": value for i, value in enumerate(row)}
        engine.execute(f"insert into {relation} values ({', '.join(f'${name}' for name in given)})", given)
