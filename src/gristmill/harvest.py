"""What a finished run's database says for its record: inputs, relations, results of checks, a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.mill import MADE


@dataclass(frozen=True)
class Facts:
    """The few numbers of a finished run that outlive its database."""

    verdict: str
    score: float | None
    n_customers: int | None
    n_contacts: int | None
    n_checks: int
    n_failed: int
    n_critical: int

    def metrics(self) -> dict[str, float]:
        """The numbers that are compared from run to run, by name."""
        named = {
            "score": self.score,
            "customers": self.n_customers,
            "contacts": self.n_contacts,
            "checks": self.n_checks,
            "checks_failed": self.n_failed,
        }
        return {name: float(value) for name, value in named.items() if value is not None}


def facts(engine: DuckDBEngine) -> Facts:
    """Count what outlives the database; None where a project does not make the relation."""
    have = set(engine.relations())

    def count(relation: str) -> int | None:
        return int(engine.scalar(f"select count(*) from {relation}")) if relation in have else None

    n_checks = n_failed = n_critical = 0
    score = None
    if "audit.results" in have:
        n_checks, n_failed, n_critical = engine.rows(
            "select count(*), count(*) filter (where verdict <> 'pass'),"
            " count(*) filter (where verdict in ('fail', 'error') and severity = 'critical') from audit.results"
        )[0]
    if "audit.scores" in have:
        score = engine.scalar("select score from audit.scores where relation = 'all' and dimension = 'all'")
    if not n_checks:
        verdict = "not audited"
    elif n_critical:
        verdict = f"{n_critical} critical check{'s' if n_critical > 1 else ''} failed"
    elif n_failed:
        verdict = f"good, with {n_failed} warning{'s' if n_failed > 1 else ''}"
    else:
        verdict = "good"
    return Facts(
        verdict, score, count("unify.customers"), count("clean.contacts"), n_checks, n_failed, n_critical
    )


def inputs(engine: DuckDBEngine) -> list[dict[str, Any]]:
    """Every file that was read, with its size, hash and rows; empty when nothing was read."""
    if "raw.files" not in engine.relations():
        return []
    names = ("source", "file", "bytes", "sha256", "n_rows", "n_rejects")
    found = engine.rows(f"select {', '.join(names)} from raw.files order by source, file")
    return [dict(zip(names, row, strict=True)) for row in found]


def relations(engine: DuckDBEngine) -> list[dict[str, Any]]:
    """Every relation in the order it was made: by which template, how many rows, how long."""
    if MADE not in engine.relations():
        return []
    names = ("relation", "ref", "fingerprint", "n_rows", "seconds")
    found = engine.rows(f"select {', '.join(names)} from {MADE} order by n, relation")
    return [dict(zip(names, row, strict=True)) for row in found]


def results(engine: DuckDBEngine, run: str) -> list[tuple[Any, ...]]:
    """One row a check that this run judged, passes too, in the columns history keeps."""
    if "audit.results" not in engine.relations():
        return []
    return engine.rows(
        "select relation, column_name, check_name, severity, dimension, n, n_failed, share_failed, verdict,"
        " sentence from audit.results where run_id = $run order by all",
        {"run": run},
    )
