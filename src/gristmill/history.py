"""What is remembered across runs: ``.gristmill/history.duckdb``, small and append-only in spirit.

One row a run, one a relation of a run, one a check result of a run (passes too), one a metric of a
run. It is opened for the moment of writing, so that readers are hardly ever in the way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gristmill.engine import Engine
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.project import Project
from gristmill.runs import Run

TABLES = {
    "runs": "run varchar, as_of date, started_at timestamp, finished_at timestamp, status varchar,"
    " exit_code integer, verdict varchar, score double, seconds double, params json, error varchar",
    "relations": "run varchar, relation varchar, ref varchar, fingerprint varchar, n_rows bigint, seconds double",
    "results": "run varchar, relation varchar, column_name varchar, check_name varchar, severity varchar,"
    " dimension varchar, n bigint, n_failed bigint, share_failed double, verdict varchar",
    "metrics": "run varchar, metric varchar, value double",
}


def path(project: Project) -> Path:
    """Where history lives; the file appears with the first run."""
    return project.state / "history.duckdb"


def remember(project: Project, run: Run, results: Sequence[Sequence[Any]], metrics: dict[str, float]) -> None:
    """Add one finished run: ``results`` rows as the table of that name after ``run``, metrics by name."""
    with DuckDBEngine(path(project)) as engine:
        for table, columns in TABLES.items():
            engine.execute(f"create table if not exists {table} ({columns})")
        engine.execute("begin")
        head = [
            run.run,
            run.as_of,
            run.started_at,
            run.finished_at,
            run.status,
            run.exit_code,
            run.verdict,
            run.score,
            run.seconds,
            json.dumps(dict(run.params), default=str),
            run.error,
        ]
        _insert(engine, "runs", [head])
        _insert(
            engine,
            "relations",
            [
                [run.run, rel["relation"], rel["ref"], rel["fingerprint"], rel["n_rows"], rel["seconds"]]
                for rel in run.relations
            ],
        )
        _insert(engine, "results", [[run.run, *row] for row in results])
        _insert(engine, "metrics", [[run.run, name, value] for name, value in metrics.items()])
        engine.execute("commit")


def metric(project: Project, name: str, *, most: int = 24) -> list[tuple[str, float]]:
    """``(run, value)`` of a metric over the last published runs, oldest first."""
    if not path(project).is_file():
        return []
    with DuckDBEngine(path(project), read_only=True) as engine:
        found = engine.rows(
            "select m.run, m.value from metrics m join runs r using (run)"
            " where m.metric = $name and r.status = 'published' order by m.run desc limit $most",
            {"name": name, "most": most},
        )
    return [(row[0], row[1]) for row in reversed(found)]


def _insert(engine: Engine, table: str, rows: Sequence[Sequence[Any]]) -> None:
    for row in rows:
        marks = ", ".join(f"$p{i}" for i in range(len(row)))
        engine.execute(
            f"insert into {table} values ({marks})", {f"p{i}": value for i, value in enumerate(row)}
        )
