"""What is remembered across runs: ``.gristmill/history.duckdb``, small and append-only in spirit.

One row a run, one a relation of a run, one a check result of a run (passes too), one a metric of a
run. It is opened for the moment of writing, so that readers are hardly ever in the way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.project import Project
from gristmill.runs import Run

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = {
    "runs": "run varchar, as_of date, started_at timestamp, finished_at timestamp, status varchar,"
    " exit_code integer, verdict varchar, score double, seconds double, params json, error varchar",
    "relations": "run varchar, relation varchar, ref varchar, fingerprint varchar, n_rows bigint, seconds double",
    "results": "run varchar, relation varchar, column_name varchar, check_name varchar, severity varchar,"
    " dimension varchar, n bigint, n_failed bigint, share_failed double, verdict varchar, sentence varchar",
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
            for column in columns.split(", "):
                # A file that an earlier version made lacks what came later.
                engine.execute(f"alter table {table} add column if not exists {column}")
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


def before(project: Project, run: str, *, most: int = 200) -> tuple[pa.Table, pa.Table] | None:
    """What the last ``most`` published runs before ``run`` found; None when nothing is remembered.

    The first table has one row a run (run, as_of, score, n_checks, n_not_passed), the second one row a check of a run
    (run, relation, column_name, check_name, sentence, severity, n, n_failed, share_failed, verdict). Runs that judged
    nothing are in neither. Raises EngineError for a file that is no database, LockedError while it is written.
    """
    if not path(project).is_file():
        return None
    with DuckDBEngine(path(project), read_only=True) as engine:
        if {"main.runs", "main.results"} - set(engine.relations()):
            return None
        known = {column.name for column in engine.columns("main.results")}
        sentence = "sentence" if "sentence" in known else "cast(null as varchar) as sentence"
        chosen = (
            "select run from runs where status = 'published' and run < $run"
            " and run in (select run from results) order by run desc limit $most"
        )
        given = {"run": run, "most": most}
        results = engine.fetch(
            f"select run, relation, column_name, check_name, {sentence}, severity, n, n_failed, share_failed, verdict"
            f" from results where run in ({chosen}) order by all",
            given,
        )
        # Two rows of a run would come from a record written twice; the last one counts.
        runs = engine.fetch(
            "select r.run, max(r.as_of) as as_of, max(r.score) as score, max(c.n_checks) as n_checks,"
            " max(c.n_not_passed) as n_not_passed from runs as r"
            " join (select run, count(*) as n_checks, count(*) filter (verdict <> 'pass') as n_not_passed"
            "   from results group by run) as c on c.run = r.run"
            f" where r.run in ({chosen}) group by r.run order by r.run",
            given,
        )
        return runs, results


def _insert(engine: DuckDBEngine, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows in the order of ``TABLES``: thousands of results go in one statement."""
    if not rows:
        return
    columns = [column.split(" ") for column in TABLES[table].split(", ")]
    names = ", ".join(name for name, _ in columns)
    lists = ", ".join(f"unnest(cast($p{i} as {kind}[]))" for i, (_, kind) in enumerate(columns))
    params = {f"p{i}": list(values) for i, values in enumerate(zip(*rows, strict=True))}
    engine.execute(f"insert into {table} ({names}) select {lists}", params)
