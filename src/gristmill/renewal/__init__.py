"""Take up where the run before left: what did not change is brought over, what did is worked out among its neighbours alone.

A template whose head says ``renewed by …`` makes rows that hang on one record, block, pair or customer, and on what
was learnt from all records (``renewed when learning``), which stays as it is until the next run learns anew. So such a
template runs unchanged over a small world that holds only what changed and all that touches it, in a database in memory,
and its rows take the place of the ones they stand for. The result is the one of making everything again with what was learnt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gristmill import judging, runs, template
from gristmill.carried import attached
from gristmill.engine import quote
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.plan import Node
from gristmill.project import Project
from gristmill.renewal.neighbours import Renewal
from gristmill.unify import model
from gristmill.unify.renewed import RENEWAL, tell

STAGE = "unify"
ANEW = "learn_anew"
"""The parameter that asks for it when it is false."""


@contextmanager
def taken_up(
    project: Project,
    run: runs.Run | None,
    engine: DuckDBEngine,
    nodes: Sequence[Node],
    given: Mapping[str, Any],
) -> Iterator[Renewal | None]:
    """What makes the nodes of the unify stage out of the run before, where that is asked for and possible; else None.

    Why it was not possible is written to ``unify.renewal`` afterwards.
    """
    mine = [node for node in nodes if node.name.partition(".")[0] == STAGE]
    if run is None or not mine or given.get(ANEW, True):
        yield None
        return
    before = wanted(project, given)
    if before is None:
        yield None
        tell(engine, reason="nothing is published that could be taken up")
        return
    with attached(engine, before.database(project)) as name:
        reason = obstacle(project, before, engine, quote(name), mine, given)
        if reason:
            yield None
        else:
            with Renewal(engine, name, run.run) as renewal:
                yield renewal
    if reason:
        tell(engine, reason=reason)


def wanted(project: Project, given: Mapping[str, Any]) -> runs.Run | None:
    """The run that one with these parameters would take up: the published one, when it still has its database."""
    if given.get(ANEW, True):
        return None
    found = runs.current(project)
    return found if found and found.database(project).is_file() else None


def keep_own(database: Path) -> None:
    """Leave in a copy of the run before only what the stage takes up; all else is made anew."""
    with DuckDBEngine(database) as engine:
        for (schema,) in engine.rows(
            "select distinct schema_name from duckdb_schemas() where database_name = current_database() and not internal"
            " and schema_name not in ('main', $stage)",
            {"stage": STAGE},
        ):
            engine.execute(f"drop schema {quote(schema)} cascade")


def obstacle(
    project: Project,
    before: runs.Run,
    engine: DuckDBEngine,
    name: str,
    nodes: Sequence[Node],
    given: Mapping[str, Any],
) -> str | None:
    """Why what the run before left cannot be taken up; None when it can."""
    if not engine.columns(RENEWAL) or engine.scalar(f"select run_id from {RENEWAL}") != before.run:
        return "what the run before made is not at hand"
    rows = engine.rows(f"select relation, ref, fingerprint from {name}.audit.relations")
    made = {relation: (ref, fingerprint) for relation, ref, fingerprint in rows}
    others = [rel for node in nodes for rel in node.makes if made.get(rel) != (node.ref, node.fingerprint)]
    if others:
        return f"{others[0]} is made in another way now"
    for node in nodes:
        if node.renewed and judging.may_set_apart(project, node.name):
            return f"checks may set rows of {node.name} apart"
        if node.template and node.renewed:
            now, then = (
                template.values(node.template, of) for of in (given, {**before.params, "as_of": before.as_of})
            )
            for key in now:
                if now[key] != then[key]:
                    return f"{key} is {now[key]} now, and was {then[key]}"
    if engine.scalar("select count(*) from unify.extras"):
        # How rare a word is, and where a number stands, is told by all records.
        return "unify.extras holds columns of your own"
    path = project.root / model.FILE
    rows = engine.rows(f"select column_name, level, m, u, h from {name}.unify.model order by all")
    if path.is_file():
        if sorted((row[:5] for row in model.read(path).rows), key=str) != sorted(rows, key=str):
            return "reviews/model.toml says something else now"
    elif engine.scalar(f"select is_pinned from {name}.unify.training"):
        return "reviews/model.toml is gone"
    return None


__all__ = ["ANEW", "STAGE", "Renewal", "keep_own", "obstacle", "taken_up", "wanted"]
