"""DuckDB: the engine that is always there. It runs a template's own text, no rewriting."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb

from gristmill.engine import Column, Params, quote, quote_relation
from gristmill.errors import EngineError, LockedError, Problem

if TYPE_CHECKING:
    import pyarrow as pa

LOCK_PATIENCE_S = 5.0
"""How long an open waits for another process to let the file go."""


class DuckDBEngine:
    """A connection to one database file (or to memory when ``path`` is None).

    ``temp`` is where results larger than memory spill; without it DuckDB spills beside the file.
    Sessions run in UTC and never load or fetch an extension.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        read_only: bool = False,
        temp: Path | None = None,
        threads: int | None = None,
        memory: str | None = None,
        patience_s: float = LOCK_PATIENCE_S,
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            config["threads"] = threads
        if memory:
            config["memory_limit"] = memory
        if temp:
            config["temp_directory"] = str(temp)
        self.path = path
        self.read_only = read_only
        self._at: str | None = None
        self._con = _connect(path, read_only, config, patience_s)
        self._con.execute("set timezone = 'UTC'")
        # A progress bar of the driver's own would end up in notebooks and logs.
        self._con.execute("set enable_progress_bar = false")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, sql: str, params: Params | None) -> duckdb.DuckDBPyConnection:
        try:
            return self._con.execute(sql, dict(params)) if params else self._con.execute(sql)
        except duckdb.Error as error:
            raise EngineError(_readable(error)) from error
        except RuntimeError as error:
            # A signal that arrives within a query comes back as the driver's own error.
            if "interrupted" in str(error):
                raise KeyboardInterrupt from error
            raise

    def execute(self, sql: str, params: Params | None = None) -> None:
        """Run a statement for its effect."""
        self._run(sql, params).fetchall()

    def make(self, relation: str, select: str, params: Params | None = None) -> int:
        """Store a SELECT as a table, replacing what had that name; return its number of rows."""
        schema = relation.partition(".")[0]
        self.execute(f"create schema if not exists {quote(schema)}")
        self._drop_if_view(relation)
        # DuckDB answers CREATE TABLE AS with the number of rows it stored.
        made = self.scalar(f"create or replace table {quote_relation(relation)} as\n{select}", params)
        return int(made)

    def view(self, relation: str, select: str) -> None:
        """Store a SELECT under a name without running it."""
        schema = relation.partition(".")[0]
        self.execute(f"create schema if not exists {quote(schema)}")
        self.drop(relation)
        self.execute(f"create view {quote_relation(relation)} as\n{select}")

    def rows(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self._run(sql, params).fetchall()

    def scalar(self, sql: str, params: Params | None = None) -> Any:
        """First column of the first row; None when there is no row."""
        found = self.rows(sql, params)
        return found[0][0] if found else None

    def fetch(self, sql: str, params: Params | None = None) -> pa.Table:
        """The result as one Arrow table."""
        try:
            return self._con.sql(sql, params=dict(params) if params else None).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(_readable(error)) from error

    def batches(
        self, sql: str, params: Params | None = None, *, rows: int = 100_000
    ) -> Iterator[pa.RecordBatch]:
        """The result as Arrow batches; other statements may run between two of them."""
        cursor = self._con.cursor()
        try:
            if self._at:
                # A cursor begins where the connection did.
                cursor.execute(f"use {quote(self._at)}")
            # A relation streams; the result of execute() would be copied as a whole first.
            reader: Any = cursor.sql(sql, params=dict(params) if params else None).to_arrow_reader(rows)
            yield from reader
        except duckdb.Error as error:
            raise EngineError(_readable(error)) from error
        finally:
            cursor.close()

    def beside(self) -> DuckDBEngine:
        """Another connection to the same database, for work in a thread of its own; Arrow tables are not seen by it."""
        twin = object.__new__(DuckDBEngine)
        twin.path, twin.read_only = self.path, self.read_only
        twin._con = self._con.cursor()
        # Settings of a session are not handed on.
        twin._con.execute("set timezone = 'UTC'")
        return twin

    def interrupt(self) -> None:
        """End the query that another thread runs on this connection; it raises there."""
        self._con.interrupt()

    def describe(self, sql: str, params: Params | None = None) -> list[Column]:
        """Names and types a SELECT returns, without running it."""
        return [Column(row[0], row[1]) for row in self.rows(f"describe\n{sql}", params)]

    def columns(self, relation: str) -> list[Column]:
        """Names and types of a stored relation; empty when there is none of that name."""
        # The catalog answers in ten times the time: it lists all columns there are.
        with suppress(EngineError):
            return [Column(row[0], row[1]) for row in self.rows(f"describe {quote_relation(relation)}")]
        schema, _, name = relation.partition(".")
        found = self.rows(
            "select column_name, data_type from duckdb_columns()"
            " where database_name = current_database() and schema_name = $schema"
            " and table_name = $name order by column_index",
            {"schema": schema, "name": name},
        )
        return [Column(*row) for row in found]

    def relations(self) -> list[str]:
        """Names ``schema.name`` of all tables and views, sorted."""
        found = self.rows(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = current_database() and not internal"
            " union select schema_name || '.' || view_name from duckdb_views()"
            " where database_name = current_database() and not internal order by 1"
        )
        return [row[0] for row in found]

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under ``name`` until the engine closes."""
        self._con.register(name, table)

    def drop(self, relation: str) -> None:
        """Remove a table or view; nothing happens when it is not there."""
        if not self._drop_if_view(relation):
            self.execute(f"drop table if exists {quote_relation(relation)}")

    def attach(self, path: Path, name: str) -> None:
        """Make another database file readable as ``name.schema.relation``."""
        escaped = str(path).replace("'", "''")
        self.execute(f"attach '{escaped}' as {quote(name)} (read_only)")

    @contextmanager
    def within(self, database: str) -> Iterator[None]:
        """Let names without a database lead into that attached one, for a while."""
        home = self.scalar("select current_database()")
        self.execute(f"use {quote(database)}")
        self._at = database
        try:
            yield
        finally:
            self._at = None
            self.execute(f"use {quote(home)}")

    def close(self) -> None:
        """Let go of the database; the file is free for other processes afterwards."""
        self._con.close()

    def _drop_if_view(self, relation: str) -> bool:
        schema, _, name = relation.partition(".")
        is_view = self.scalar(
            "select count(*) > 0 from duckdb_views() where database_name = current_database()"
            " and schema_name = $schema and view_name = $name",
            {"schema": schema, "name": name},
        )
        if is_view:
            self.execute(f"drop view {quote_relation(relation)}")
        return bool(is_view)


def _connect(
    path: Path | None,
    read_only: bool,
    config: dict[str, str | bool | int | float | list[str]],
    patience_s: float,
) -> duckdb.DuckDBPyConnection:
    target = str(path) if path else ":memory:"
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return duckdb.connect(target, read_only=read_only and path is not None, config=config)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise EngineError(_readable(error)) from error
            if time.monotonic() >= deadline:
                raise LockedError(
                    Problem(
                        f"The database {os.path.relpath(target)} is held by another process.",
                        expected=_first_line(str(error)),
                        hint="close the notebook or wait for the run that holds it, then try again",
                    )
                ) from error
            time.sleep(0.1)
        except duckdb.Error as error:
            raise EngineError(_readable(error)) from error


def _readable(error: duckdb.Error) -> str:
    return str(error).strip()


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0]
