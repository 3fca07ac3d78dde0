"""What kind of values each column of a single file holds, and which canonical column cleans it as such.

Cleaning is written for the canonical columns of ``source.<entity>``. A file without a project is
spread over them: what is recognised as a contact's column goes there, so that rules over several
columns of a row see it; every other column borrows a canonical column of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gristmill import sources
from gristmill.engine import Engine
from gristmill.sources.evidence import Evidence, Leaf, leaves, measure
from gristmill.sources.headers import by_name

CARRIERS: Mapping[str, tuple[str, ...]] = {
    "email": ("tickets.email", "events.email", "orders.email"),
    "phone": ("tickets.phone", "orders.phone"),
    "date": (
        "contacts.created_at",
        "contacts.updated_at",
        "contacts.consent_at",
        "tickets.opened_at",
        "tickets.closed_at",
        "orders.ordered_at",
        "events.occurred_at",
    ),
    "number": (
        "orders.amount",
        "order_lines.unit_price",
        "order_lines.quantity",
        "order_lines.amount",
        "events.cost",
    ),
    "truth": (
        "contacts.consent_email",
        "contacts.consent_sms",
        "contacts.consent_phone",
        "contacts.consent_post",
    ),
    "gender": ("contacts.gender",),
    "country": ("contacts.country", "order_lines.country"),
    "currency": ("orders.currency", "order_lines.currency"),
    "key": ("order_lines.product_key", "contacts.member_no"),
    "text": (
        "contacts.acquired_via",
        "tickets.topic",
        "tickets.subject",
        "tickets.status",
        "order_lines.product_name",
        "order_lines.category",
        "events.campaign",
        "events.variant",
        "events.url",
        "orders.campaign",
    ),
}
"""Kind → canonical columns that clean a column of that kind by itself, without looking at others of its row."""
MAIN = "main"
"""The source of what is recognised as columns of a contact."""
_NOT_OWN = frozenset({"address", "social_handles", "consent_at", "acquired_via"})
"""Columns of a contact that are cleaned as any text or date; an address may be joined of several columns."""
_ENTITIES = ("orders", "order_lines", "events", "tickets")
_NUMBERS = {"amount", "unit_price", "cost"}
_DATES = {"ordered_at", "occurred_at", "opened_at", "closed_at"}


@dataclass(frozen=True)
class Place:
    """Where a column of the file is cleaned: source, entity and canonical column."""

    column: str
    source: str
    entity: str
    canonical: str
    reason: str


def places(engine: Engine, relation: str, names: Sequence[str]) -> list[Place]:
    """One place per column of a raw relation, in the order of ``names``."""
    evidence = measure(engine, relation, leaves(engine.columns(relation)))
    found: dict[str, Place] = {}
    guess = sources.guess(engine, relation, entity="contacts")
    for one in guess.columns:
        column = one.leaves[0].path[0]
        if (
            len(one.leaves) == 1
            and one.canonical not in _NOT_OWN
            and not one.negated
            and _is_sure(one.canonical, evidence[one.leaves[0]])
        ):
            found[column] = Place(column, MAIN, "contacts", one.canonical, one.reason)
    taken: set[tuple[str, str]] = set()
    known = {leaf.path[0]: (leaf, seen) for leaf, seen in evidence.items() if len(leaf.path) == 1}
    for name in names:
        if name in found:
            continue
        kind = _kind(*known[name]) if name in known else "text"
        n = 1
        while True:
            free = next((key for key in CARRIERS[kind] if (f"more_{n}", key) not in taken), None)
            if free:
                break
            n += 1
        taken.add((f"more_{n}", free))
        entity, canonical = free.split(".")
        found[name] = Place(name, f"more_{n}", entity, canonical, f"its values are of the kind {kind}")
    return [found[name] for name in names]


def _is_sure(canonical: str, seen: Evidence) -> bool:
    """A name by its header alone may be that of a hospital or a product: its values have to look like people."""
    if canonical == "full_name":
        return seen["hangul_name"] + seen["person"] >= 0.5 and seen["company"] < 0.3
    if canonical in ("given_name", "family_name"):
        return seen["digit"] < 0.1 and seen.mean_length <= 20
    if canonical in ("source_key", "member_no"):
        return seen.share_distinct > 0.9
    return True


def _kind(leaf: Leaf, seen: Evidence) -> str:
    if leaf.type != "VARCHAR" or seen.n_filled == 0:
        return "text"
    # A name that says so needs fewer values that look like it.
    named = {one for entity in _ENTITIES for one, said in by_name(entity, leaf.path).items() if said >= 0.6}
    if named & _NUMBERS and seen["number"] >= 0.4:
        return "number"
    if named & _DATES and seen["date"] >= 0.4:
        return "date"
    if seen["email"] >= 0.6:
        return "email"
    if seen["date"] + seen["packed_date"] * (seen["integer"] < 1) >= 0.8:
        return "date"
    if seen["phone"] >= 0.7:
        return "phone"
    if seen["gender"] >= 0.95 and 2 <= seen.n_distinct <= 8 and seen["truth"] < 0.5:
        return "gender"
    if seen["truth"] >= 0.95 and seen["integer"] < 0.5 and seen.n_distinct <= 10:
        return "truth"
    if seen["country"] >= 0.9:
        return "country"
    if seen["currency"] >= 0.95:
        return "currency"
    if seen["number"] >= 0.9 and seen["integer"] < 0.9:
        return "number"
    return "text"
