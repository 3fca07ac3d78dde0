"""The next doubts of the queue with all that is asked about them, in a small database in memory.

At a million customers a scan of all compared pairs takes a good part of a second. It is done once for many
doubts, so that a keystroke is answered from a few thousand rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gristmill.engine import Engine

SIZE = 5000
"""Doubts at a time."""

_MEMBERS = "where customer_id in (select id from desk.customers)"
_RECORDS = "where contact_id in (select id from desk.records)"
_PAIRS = "where left_id in (select id from desk.records) and right_id in (select id from desk.records)"
TAKEN = {
    "unify.members": _MEMBERS,
    "unify.persons": _RECORDS,
    "unify.fingerprints": _RECORDS,
    "unify.scores": _PAIRS,
    "unify.comparisons": f"{_PAIRS} and population = 'candidate'",
    "unify.evidence_weights": _PAIRS,
    "unify.cuts": _PAIRS,
    "unify.decided": "where false",
}
"""Relations that are taken over, and which rows of them."""


def fill(engine: Engine, customers: Iterable[str]) -> DuckDBEngine:
    """A database with what ``engine`` knows of these customers, under the same names."""
    ids = sorted(set(customers))
    engine.make("desk.customers", "select unnest(cast($ids as varchar[])) as id", {"ids": ids})
    engine.make("desk.records", f"select contact_id as id from unify.members {_MEMBERS}")
    small = DuckDBEngine(threads=1)
    for relation, which in TAKEN.items():
        small.register("taken", engine.fetch(f"select * from {relation} {which}"))
        small.make(relation, "select * from taken")
    return small
