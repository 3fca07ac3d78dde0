"""The next doubts of the queue with all that is asked about them, in a small database in memory.

At a million customers a scan of all compared pairs takes a good part of a second. It is done once for many
doubts, so that a keystroke is answered from a few thousand rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gristmill.engine import Engine, Params

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


def selects(engine: Engine, customers: Iterable[str]) -> dict[str, tuple[str, Params]]:
    """Table → the SELECT of what ``engine`` knows of these customers; valid until the next call."""
    ids = sorted(set(customers))
    engine.make("desk.customers", "select unnest(cast($ids as varchar[])) as id", {"ids": ids})
    engine.make("desk.records", f"select contact_id as id from unify.members {_MEMBERS}")
    found: dict[str, tuple[str, Params]] = {}
    for relation, which in TAKEN.items():
        found[_table(relation)] = (f"select * from {relation} {which}", {})
    return found


def fill(engine: Engine, customers: Iterable[str]) -> DuckDBEngine:
    """A database with what ``engine`` knows of these customers, under the same names."""
    taken = selects(engine, customers)
    return _small(engine, {relation: taken[_table(relation)][0] for relation in TAKEN})


def held(engine: Engine, name: str) -> DuckDBEngine:
    """As ``fill``, of what was kept in the database ``name``. Raises EngineError where that is not there."""
    return _small(engine, {relation: f"select * from {name}.{_table(relation)}" for relation in TAKEN})


def _small(engine: Engine, taken: Mapping[str, str]) -> DuckDBEngine:
    small = DuckDBEngine(threads=1)
    for relation, select in taken.items():
        small.register("taken", engine.fetch(select))
        small.make(relation, "select * from taken")
    return small


def _table(relation: str) -> str:
    return relation.replace(".", "_")
