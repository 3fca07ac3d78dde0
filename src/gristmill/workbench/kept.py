"""What the tools open with, kept beside the run: a million customers take a quarter of a minute to gather, and a moment to open.

A run that is published does not change, so what was gathered of it once holds for good. It lies in the folder of the run
and goes when its database goes. Where nothing can be kept (a folder that is read-only, a full disk) it is gathered anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from gristmill.engine import Params, quote, quote_relation
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import EngineError, GristmillError
from gristmill.mill import PUBLISHED, Mill
from gristmill.project import Project
from gristmill.runs import Run

WORTH = 50_000
"""Customers from which this is kept; fewer are gathered in a moment."""

Selects = Mapping[str, tuple[str, Params]]
"""Name of a table → the SELECT that makes it, and its parameters."""


def path_of(mill: Mill, what: str, says: str) -> Path | None:
    """The file for ``what`` of the published run, gathered as ``says``; None where it is not worth one."""
    if mill.published is None or not is_worth(mill.published):
        return None
    digest = hashlib.md5(f"{version('gristmill')}\n{says}".encode(), usedforsecurity=False).hexdigest()[:12]
    return mill.published.folder(mill.project) / f"workbench-{what}-{digest}.duckdb"


def is_of_run(engine: DuckDBEngine, *relations: str) -> bool:
    """True when a session sees these as the published run has them, and made none of them itself."""
    found = engine.rows(
        "select schema_name || '.' || view_name from duckdb_views() where database_name = current_database()"
        f" and contains(sql, ' {PUBLISHED}.')"
    )
    return set(relations) <= {name for (name,) in found}


def attached(engine: DuckDBEngine, path: Path | None, name: str) -> bool:
    """Open a file that was kept as the database ``name``; False where there is none that can be read."""
    if path is None or not path.is_file():
        return False
    with suppress(EngineError):
        engine.execute(f"detach database if exists {quote(name)}")
        engine.attach(path, name)
        return True
    return False


def keep(engine: DuckDBEngine, path: Path | None, name: str, tables: Selects) -> bool:
    """Write tables to the file and open it as the database ``name``; False where it cannot be written.

    The file appears whole or not at all: two that keep at once do the same work, and the later one replaces the other's.
    """
    if path is None:
        return False
    part = path.with_suffix(f".{os.getpid()}")
    try:
        part.unlink(missing_ok=True)
        engine.execute(f"detach database if exists {quote(name)}")
        escaped = str(part).replace("'", "''")
        engine.execute(f"attach '{escaped}' as {quote(name)}")
        for table, (select, params) in tables.items():
            engine.execute(
                f"create table {quote(name)}.{quote_relation(f'main.{table}')} as\n{select}", params
            )
        engine.execute(f"detach database {quote(name)}")
        for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*.duckdb"):
            old.unlink(missing_ok=True)
        part.replace(path)
    except (OSError, EngineError):
        with suppress(EngineError):
            engine.execute(f"detach database if exists {quote(name)}")
        with suppress(OSError):
            part.unlink(missing_ok=True)
            part.with_name(f"{part.name}.wal").unlink(missing_ok=True)
        return False
    return attached(engine, path, name)


def is_worth(run: Run) -> bool:
    """True for a run whose tools would take long to open."""
    return (run.n_customers or 0) >= WORTH


def prepare(project: Project) -> None:
    """Keep what the builder and the review open with, of the published run. What goes wrong here is no fault of the run."""
    from gristmill.workbench.review.desk import Desk
    from gristmill.workbench.segment.counting import Counts

    with suppress(GristmillError), Mill(project) as mill:
        if mill.published is not None:
            Counts(mill)
    with suppress(GristmillError):
        Desk(project).close()
