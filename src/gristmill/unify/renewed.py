"""``unify.renewal``: whether a run learnt anew, or took up where the run before left, and how much of it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill.engine import Engine

RENEWAL = "unify.renewal"
COUNTS = ("n_changed", "n_compared", "n_pairs", "n_customers")


def learnt(engine: Engine, params: Mapping[str, Any] | None = None) -> None:
    """How this run came to its customers: it learnt from all of its records and compared all of them."""
    run = str((params or {}).get("run") or "session")
    n_records = int(engine.scalar("select count(*) from unify.records"))
    tell(engine, run=run, learnt_in=run, n_learnt=n_records)


def tell(
    engine: Engine,
    *,
    run: str = "",
    learnt_in: str = "",
    n_learnt: int = 0,
    reason: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Write ``unify.renewal``, one row, or why it was learnt anew into the one that is there.

    learnt_in is the run that learnt, n_learnt its records; the counts are of records that changed, of those whose pairs were
    looked for, of those pairs, and of customers made again: NULL where all of them were.
    """
    if reason:
        engine.execute(f"update {RENEWAL} set reason = $reason", {"reason": reason})
        return
    cells = ", ".join(f"cast(${name} as bigint) as {name}" for name in COUNTS)
    engine.make(
        RENEWAL,
        "select cast($run as varchar) as run_id, cast($learnt_in as varchar) as learnt_in, cast($n_learnt as bigint) as n_learnt,"
        f" {cells}, (select count(*) from unify.records) as n_records, cast(null as varchar) as reason",
        {
            "run": run,
            "learnt_in": learnt_in,
            "n_learnt": n_learnt,
            **{name: (counts or {}).get(name) for name in COUNTS},
        },
    )
