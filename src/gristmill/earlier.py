"""What checks may compare a run with: the published runs before it.

Their databases come and go; what their checks found is remembered in history, and every run takes a
copy of it, so that its trends can be asked in SQL and do not change with what happens later.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gristmill import history, runs
from gristmill.engine import Engine
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import EngineError, LockedError
from gristmill.project import Project

if TYPE_CHECKING:
    import pyarrow as pa

    from gristmill.checks import Before

RUNS, RESULTS = "audit.earlier_runs", "audit.earlier_results"
USUAL = 5
"""Runs that say what is usual."""
_NO_RUNS = (
    "select cast(null as varchar) as run, cast(null as date) as as_of, cast(null as double) as score,"
    " cast(null as bigint) as n_checks, cast(null as bigint) as n_not_passed where false"
)
_NO_RESULTS = (
    "select cast(null as varchar) as run, cast(null as varchar) as relation, cast(null as varchar) as column_name,"
    " cast(null as varchar) as check_name, cast(null as varchar) as sentence, cast(null as varchar) as severity,"
    " cast(null as bigint) as n, cast(null as bigint) as n_failed, cast(null as double) as share_failed,"
    " cast(null as varchar) as verdict where false"
)


def bring(project: Project, run: str, engine: Engine) -> None:
    """Write ``audit.earlier_runs`` and ``audit.earlier_results``: what the published runs before ``run`` found.

    Both are empty where there were none, or where history cannot be read.
    """
    found = _remembered(project, run)
    for relation, table, empty in zip(
        (RUNS, RESULTS), found or (None, None), (_NO_RUNS, _NO_RESULTS), strict=True
    ):
        if table is None:
            engine.make(relation, empty)
        else:
            engine.register("earlier_table", table)
            engine.make(relation, "select * from earlier_table")


def _remembered(project: Project, run: str, *, most: int = 200) -> tuple[pa.Table, pa.Table] | None:
    try:
        return history.before(project, run, most=most)
    except (EngineError, LockedError):
        return None


def _shares(project: Project, run: str) -> dict[tuple[str, str | None, str], float]:
    """What share usually failed each check: the median of the last runs, so that a bad one is no measure."""
    found = _remembered(project, run, most=USUAL)
    if not found:
        return {}
    rows = found[1].select(["relation", "column_name", "check_name", "share_failed", "verdict"]).to_pylist()
    known: dict[tuple[str, str | None, str], list[float]] = {}
    for row in rows:
        if row["verdict"] != "error":
            known.setdefault((row["relation"], row["column_name"], row["check_name"]), []).append(
                row["share_failed"]
            )
    return {check: statistics.median(shares) for check, shares in known.items()}


@contextmanager
def before(project: Project, run: str) -> Iterator[Before]:
    """The published runs before ``run`` (an id): numbers of rows and shares of failures, and the last database kept.

    Empty where there were none; a database that cannot be opened counts as gone.
    """
    from gristmill.checks import Before

    known = [one for one in runs.runs(project) if one.status == runs.PUBLISHED and one.run < run]
    n_rows: dict[str, list[int]] = {}
    for one in known:
        for made in one.relations:
            if made.get("n_rows") is not None:
                n_rows.setdefault(str(made["relation"]), []).append(int(made["n_rows"]))
    with ExitStack() as stack:
        engine = None
        for one in known:
            if one.database(project).is_file():
                try:
                    engine = stack.enter_context(DuckDBEngine(one.database(project), read_only=True))
                except (EngineError, LockedError):
                    engine = None
                break
        yield Before(engine, n_rows, _shares(project, run))
