"""What checks may compare a run with: the published runs before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gristmill import runs
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import EngineError, LockedError
from gristmill.project import Project

if TYPE_CHECKING:
    from gristmill.checks import Before


@contextmanager
def before(project: Project, run: str) -> Iterator[Before]:
    """The published runs before ``run`` (an id): their numbers of rows, newest first, and the last database kept.

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
        yield Before(engine, n_rows)
