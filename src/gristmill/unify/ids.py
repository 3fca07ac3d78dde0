"""Ids that hold: what the run before knew of its customers, laid beside the new records.

Who keeps which id is decided in SQL (``unify/recognised``, ``unify/id_claims``, ``unify/members``). This module only
brings over what these read from the database of the run before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gristmill import carried
from gristmill.engine import Engine, quote

RECORDS, IDS, EVENTS, RUN = (
    "unify.id_records_before",
    "unify.ids_before",
    "unify.id_events_before",
    "unify.id_run",
)
MADE = (RECORDS, IDS, EVENTS, RUN)
KINDS = {
    "contact_id": "id",
    "other_id": "none",
    "current_id": "none",
    "last_id": "none",
    "event": "none",
    "run_id": "none",
    **dict.fromkeys(("digest", "name", "email", "phone", "birth"), "id"),
}
"""pii kinds of the columns brought over; a digest of a value is as personal as a key."""

SHAPES = {
    RECORDS: {
        "contact_id": "varchar",
        "customer_id": "varchar",
        "is_present": "boolean",
        "is_keyed": "boolean",
        **dict.fromkeys(("digest", "name", "email", "phone", "birth"), "varchar"),
    },
    IDS: dict.fromkeys(("customer_id", "current_id", "last_id", "run_id"), "varchar"),
    EVENTS: {
        **dict.fromkeys(("run_id", "event", "customer_id", "other_id"), "varchar"),
        "n_records": "bigint",
    },
}
"""Columns and types of what is brought over."""

SOURCES = {RECORDS: "unify.id_records", IDS: "unify.resolved_ids", EVENTS: "unify.id_events"}
"""What of the run before each is taken from."""

WITHOUT_REGISTER = {
    RECORDS: "select contact_id, customer_id, true as is_present from {before}.unify.members",
    IDS: "select distinct customer_id, customer_id as current_id, customer_id as last_id from {before}.unify.members",
}
"""What there is to take from a run that was made before ids were kept."""


def recall(engine: Engine, params: Mapping[str, Any] | None = None, *, before: str | None = None) -> None:
    """The customers of the run before, their records and ids; empty where there was none.

    ``before`` is the name of an attached database, or None for none. ``params['run']`` names this run; empty in a session.
    """
    stored = carried.stored(engine, before) if before else frozenset()
    for relation, shape in SHAPES.items():
        source = _source(relation, stored)
        carried.bring(
            engine, relation, shape, source.format(before=quote(before)) if source and before else None
        )
    run = str((params or {}).get("run") or "session")
    engine.make(RUN, "select cast($run as varchar) as run_id", {"run": run})


def _source(relation: str, stored: frozenset[str]) -> str | None:
    """The SELECT that a relation is taken from, or None."""
    if SOURCES[relation] in stored:
        return f"select * from {{before}}.{SOURCES[relation]}"
    if relation in WITHOUT_REGISTER and "unify.members" in stored:
        return WITHOUT_REGISTER[relation]
    return None
