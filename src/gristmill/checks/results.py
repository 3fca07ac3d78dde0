"""What a check found, where it is kept, and how findings become a score."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from gristmill.engine import Engine

Verdict = Literal["pass", "warn", "fail", "error"]
WEIGHTS = {"critical": 3, "warning": 2, "info": 1}
"""How much a rule counts in a score."""
ALL = "all"
LAYOUT = ("dtype", "required", "strict", "ordered")
"""Checks of columns and types: they count in a score only when they do not hold."""


@dataclass(frozen=True)
class Result:
    """One check of one relation."""

    relation: str
    column: str | None
    """None where the check speaks of several columns or of the whole relation."""
    check: str
    sentence: str
    """What holds of good rows, for a person who has never seen the schema."""
    severity: str
    dimension: str
    n: int
    """Rows judged: nulls that a check ignores are not among them. 1 where the whole is asked once."""
    n_failed: int
    max_share: float
    """Share of the judged rows that may fail, 0 to 1."""
    verdict: Verdict
    """pass: within max_share. fail: a critical check is not. warn: another one is not. error: not judged."""
    ran_in: Literal["sql", "python"]
    seconds: float
    """Time of this check; rules of the one scan share its time evenly."""
    sample_keys: tuple[str, ...] = ()
    """Up to five keys of failing rows."""
    max_growth: float | None = None
    """By how much share_failed may exceed the median of the runs before, 0 to 1; None when it is not compared."""
    owner: str | None = None
    """Who mends what fails; None where nobody is named."""
    note: str = ""
    """Emptiness, why it ran in Python, or what went wrong; empty when there is nothing to add."""

    @property
    def share_failed(self) -> float:
        """Failed of judged rows, 0 to 1; 0 when nothing was judged."""
        return self.n_failed / self.n if self.n else 0.0


def verdict_of(
    n: int,
    n_failed: int,
    max_share: float,
    severity: str,
    *,
    max_growth: float | None = None,
    share_before: float | None = None,
) -> Verdict:
    """How a judged check ends; a relation without rows to judge passes, and without a run before nothing grows."""
    share = n_failed / n if n else 0.0
    if share <= max_share and not _grew(share, max_growth, share_before):
        return "pass"
    return "fail" if severity == "critical" else "warn"


def _grew(share: float, max_growth: float | None, share_before: float | None) -> bool:
    # Shares are quotients: a hair's breadth is no growth.
    return max_growth is not None and share_before is not None and share > share_before + max_growth + 1e-12


@dataclass(frozen=True)
class Score:
    """How good a relation is in one dimension."""

    relation: str
    """A relation, or ``all`` of them."""
    dimension: str
    """A dimension, or ``all`` of them."""
    score: float
    """0 to 100."""
    n_checks: int


def score(results: Iterable[Result]) -> list[Score]:
    """Scores of each relation in each dimension, sorted, and of ``all`` relations and dimensions.

    score = 100 × Σ weight × (1 − share_failed) / Σ weight over the checks that judged something;
    weight = 3 critical, 2 warning, 1 info. What a check allows decides its verdict, not the score: a
    table with half its e-mails missing is half complete also where that is allowed. A check that ended
    in error counts as failed whole. Columns and types that are as they should be do not count: they
    would drown what the rows say. Empty when nothing was judged.
    """
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        holds_by_layout = result.check in LAYOUT and result.verdict == "pass"
        if (result.n or result.verdict == "error") and not holds_by_layout:
            for relation in (result.relation, ALL):
                for dimension in (result.dimension, ALL):
                    found[relation, dimension].append(result)
    return [
        Score(relation, dimension, _weighted(group), len(group))
        for (relation, dimension), group in sorted(found.items())
    ]


def store_scores(engine: Engine, results: Iterable[Result]) -> list[Score]:
    """Write ``audit.scores`` (relation, dimension, score, n_checks) anew; return what it holds."""
    found = score(results)
    engine.execute("create schema if not exists audit")
    engine.execute(
        "create or replace table audit.scores ("
        "relation varchar, dimension varchar, score double, n_checks bigint)"
    )
    if found:
        engine.execute(
            "insert into audit.scores select unnest(cast($relation as varchar[])),"
            " unnest(cast($dimension as varchar[])), unnest(cast($score as double[])),"
            " unnest(cast($n_checks as bigint[]))",
            {
                "relation": [one.relation for one in found],
                "dimension": [one.dimension for one in found],
                "score": [one.score for one in found],
                "n_checks": [one.n_checks for one in found],
            },
        )
    return found


def _weighted(results: Sequence[Result]) -> float:
    total = sum(WEIGHTS[result.severity] for result in results)
    # math.fsum: the same score whatever order the results come in.
    kept = math.fsum(WEIGHTS[result.severity] * (1 - _failed(result)) for result in results)
    return 100 * kept / total


def _failed(result: Result) -> float:
    return 1.0 if result.verdict == "error" else result.share_failed


def prepare(engine: Engine) -> None:
    """Make ``audit.results`` and ``audit.failures`` where they are not there yet."""
    engine.execute("create schema if not exists audit")
    engine.execute(
        "create table if not exists audit.results ("
        "run_id varchar, relation varchar, column_name varchar, check_name varchar, sentence varchar,"
        " severity varchar, dimension varchar, n bigint, n_failed bigint, share_failed double,"
        " max_share double, verdict varchar, ran_in varchar, seconds double, sample_keys varchar[],"
        " max_growth double, owner varchar, note varchar)"
    )
    engine.execute(
        "create table if not exists audit.failures ("
        'run_id varchar, relation varchar, check_name varchar, "key" varchar, column_name varchar,'
        ' "value" varchar, reason varchar, _source varchar, _file varchar, _row bigint)'
    )


def forget(engine: Engine, relation: str, run_id: str) -> None:
    """Remove what this run already said of a relation, so that judging it again replaces it."""
    for table in ("audit.results", "audit.failures"):
        engine.execute(
            f"delete from {table} where run_id = $run_id and relation = $relation",
            {"run_id": run_id, "relation": relation},
        )


def store(engine: Engine, run_id: str, results: Sequence[Result]) -> None:
    """Add one row a result to ``audit.results``, in the order given."""
    if not results:
        return
    columns = {
        "relation": ("varchar[]", [r.relation for r in results]),
        "column_name": ("varchar[]", [r.column for r in results]),
        "check_name": ("varchar[]", [r.check for r in results]),
        "sentence": ("varchar[]", [r.sentence for r in results]),
        "severity": ("varchar[]", [r.severity for r in results]),
        "dimension": ("varchar[]", [r.dimension for r in results]),
        "n": ("bigint[]", [r.n for r in results]),
        "n_failed": ("bigint[]", [r.n_failed for r in results]),
        "share_failed": ("double[]", [r.share_failed for r in results]),
        "max_share": ("double[]", [r.max_share for r in results]),
        "verdict": ("varchar[]", [r.verdict for r in results]),
        "ran_in": ("varchar[]", [r.ran_in for r in results]),
        "seconds": ("double[]", [r.seconds for r in results]),
        "sample_keys": ("varchar[][]", [list(r.sample_keys) for r in results]),
        "max_growth": ("double[]", [r.max_growth for r in results]),
        "owner": ("varchar[]", [r.owner for r in results]),
        "note": ("varchar[]", [r.note for r in results]),
    }
    lists = ", ".join(f"unnest(cast(${name} as {type_}))" for name, (type_, _) in columns.items())
    params = {name: values for name, (_, values) in columns.items()}
    engine.execute(f"insert into audit.results select $run_id, {lists}", {"run_id": run_id, **params})
