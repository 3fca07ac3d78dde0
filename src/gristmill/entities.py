"""The five canonical entities: the one place where their columns, types and pii kinds are written down.

Mappings are drafted towards these columns, ``source.<entity>`` is built from them as text, and
``clean.<entity>`` types them. The Pandera models in ``checks/clean/`` say the same columns again in
their own form; a test compares both. Do not repeat the lists anywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gristmill.engine import Column, quote, quote_relation

TEXT = "VARCHAR"
MONEY = "DECIMAL(18,4)"
PROVENANCE = ("_source", "_system", "_file", "_row")
"""Columns that every row of ``source.<entity>`` and ``clean.<entity>`` carries besides the canonical ones."""


@dataclass(frozen=True)
class CanonicalColumn:
    """One column of an entity. ``type`` is what ``clean.<entity>`` holds; ``source.<entity>`` holds text."""

    name: str
    type: str
    pii: str
    """name, email, phone, address, postcode, birth_date, company, id, handle, free_text or none."""
    meaning: str


@dataclass(frozen=True)
class Entity:
    """A kind of record. ``columns`` are in the order of every relation made of it."""

    name: str
    meaning: str
    columns: tuple[CanonicalColumn, ...]
    key: str
    """The canonical column that names a record within its system."""
    ids: tuple[str, ...]
    """Text columns that ``clean.<entity>`` adds: ``<system>:<key>``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the canonical columns, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> CanonicalColumn:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _columns(*rows: tuple[str, str, str, str]) -> tuple[CanonicalColumn, ...]:
    return tuple(CanonicalColumn(*row) for row in rows)


CONTACTS = Entity(
    "contacts",
    "a record about a person or company, as one system knows them",
    _columns(
        ("source_key", TEXT, "id", "key of the record in its own system"),
        ("member_no", TEXT, "id", "number printed on a membership or loyalty card"),
        ("full_name", TEXT, "name", "whole name as one text"),
        ("given_name", TEXT, "name", "first name"),
        ("family_name", TEXT, "name", "surname"),
        ("company", TEXT, "company", "name of the company"),
        ("email", TEXT, "email", "e-mail address"),
        ("phone", TEXT, "phone", "telephone number"),
        ("birth_date", "DATE", "birth_date", "day of birth"),
        ("gender", TEXT, "none", "female, male or other"),
        ("postcode", TEXT, "postcode", "postal code"),
        ("address", TEXT, "address", "street, number and what follows, as one text"),
        ("city", TEXT, "none", "town or city"),
        ("region", TEXT, "none", "state, province or district"),
        ("country", TEXT, "none", "country"),
        ("social_handles", TEXT, "handle", "network:handle, separated by commas"),
        ("consent_email", "BOOLEAN", "none", "may be written to by e-mail"),
        ("consent_sms", "BOOLEAN", "none", "may be sent text messages"),
        ("consent_phone", "BOOLEAN", "none", "may be called"),
        ("consent_post", "BOOLEAN", "none", "may be sent letters"),
        ("consent_at", "TIMESTAMP", "none", "when consent was last given or withdrawn"),
        ("created_at", "TIMESTAMP", "none", "when the record was made"),
        ("updated_at", "TIMESTAMP", "none", "when the record was last changed"),
        ("acquired_via", TEXT, "none", "channel that brought the person"),
    ),
    key="source_key",
    ids=("contact_id",),
)

ORDERS = Entity(
    "orders",
    "an order, invoice or receipt",
    _columns(
        ("order_key", TEXT, "id", "number of the order in its own system"),
        ("contact_key", TEXT, "id", "key of the buyer in the same system"),
        ("email", TEXT, "email", "e-mail address given with the order"),
        ("phone", TEXT, "phone", "telephone number given with the order"),
        ("ordered_at", "TIMESTAMP", "none", "when it was ordered"),
        ("status", TEXT, "none", "completed, cancelled or returned"),
        ("amount", MONEY, "none", "what was paid, in currency units"),
        ("currency", TEXT, "none", "currency of the amount, ISO 4217"),
        ("channel", TEXT, "none", "where it was ordered: web, app, store"),
        ("campaign", TEXT, "none", "campaign the order is credited to"),
    ),
    key="order_key",
    ids=("order_id", "contact_id"),
)

ORDER_LINES = Entity(
    "order_lines",
    "one product within an order",
    _columns(
        ("order_key", TEXT, "id", "number of the order the line belongs to"),
        ("line_no", "BIGINT", "none", "position within the order"),
        ("contact_key", TEXT, "id", "key of the buyer in the same system"),
        ("ordered_at", "TIMESTAMP", "none", "when it was ordered"),
        ("product_key", TEXT, "none", "code of the product"),
        ("product_name", TEXT, "none", "name of the product"),
        ("category", TEXT, "none", "group the product belongs to"),
        ("quantity", MONEY, "none", "pieces; negative when they came back"),
        ("unit_price", MONEY, "none", "price of one piece, in currency units"),
        ("amount", MONEY, "none", "price of the line, in currency units"),
        ("currency", TEXT, "none", "currency of the prices, ISO 4217"),
        ("status", TEXT, "none", "completed, cancelled or returned"),
        ("country", TEXT, "none", "country of the buyer"),
    ),
    key="order_key",
    ids=("order_id", "contact_id"),
)

EVENTS = Entity(
    "events",
    "something a person did, or that was sent to them, at one moment",
    _columns(
        ("event_key", TEXT, "id", "key of the event in its own system"),
        ("kind", TEXT, "none", "send, open, click, visit, cart, bounce, unsubscribe or complaint"),
        ("occurred_at", "TIMESTAMP", "none", "when it happened"),
        ("contact_key", TEXT, "id", "key of the person in the same system"),
        ("email", TEXT, "email", "e-mail address of the person"),
        ("campaign", TEXT, "none", "campaign it belongs to"),
        ("channel", TEXT, "none", "channel it came through"),
        ("variant", TEXT, "none", "arm of an experiment"),
        ("cost", MONEY, "none", "what it cost, in currency units"),
        ("url", TEXT, "none", "page or link"),
    ),
    key="event_key",
    ids=("event_id", "contact_id"),
)

TICKETS = Entity(
    "tickets",
    "a request to customer service",
    _columns(
        ("ticket_key", TEXT, "id", "number of the ticket in its own system"),
        ("contact_key", TEXT, "id", "key of the person in the same system"),
        ("full_name", TEXT, "name", "name of who asked"),
        ("email", TEXT, "email", "e-mail address of who asked"),
        ("phone", TEXT, "phone", "telephone number of who asked"),
        ("opened_at", "TIMESTAMP", "none", "when it was opened"),
        ("closed_at", "TIMESTAMP", "none", "when it was closed; empty while it is open"),
        ("channel", TEXT, "none", "channel it came through"),
        ("topic", TEXT, "none", "what it is about, as a category"),
        ("subject", TEXT, "free_text", "what it is about, in the person's words"),
        ("status", TEXT, "none", "open, pending or closed"),
        ("satisfaction", "DOUBLE", "none", "score the person gave"),
    ),
    key="ticket_key",
    ids=("ticket_id", "contact_id"),
)

ENTITIES: dict[str, Entity] = {e.name: e for e in (CONTACTS, ORDERS, ORDER_LINES, EVENTS, TICKETS)}
"""All entities by name. Each always exists as ``source.<name>``, perhaps without rows."""


class Mapping(NamedTuple):
    """A relation that feeds an entity: ``source.<name>__<entity>`` and what it returns."""

    relation: str
    source: str
    system: str
    """Namespace of the keys; relations of one system may point at each other's keys."""
    columns: Sequence[Column]
    """Names and types as the engine describes the relation."""


def union_select(entity: str, mappings: Sequence[Mapping | tuple[str, str, str, Sequence[Column]]]) -> str:
    """The SELECT of ``source.<entity>``: provenance and every canonical column as text.

    A column that a mapping leaves out is NULL; a column that is not canonical is left behind. Without
    mappings the result has all columns and no rows. KeyError when there is no such entity.
    """
    names = ENTITIES[entity].names
    if not mappings:
        empty = ["cast(null as varchar) as _source", "cast(null as varchar) as _system"]
        empty += ["cast(null as varchar) as _file", "cast(null as bigint) as _row"]
        empty += [f"cast(null as varchar) as {quote(name)}" for name in names]
        return "select\n  " + ",\n  ".join(empty) + "\nwhere false"
    return "\nunion all\n".join(_one(names, Mapping(*mapping)) for mapping in mappings)


def _one(names: Sequence[str], mapping: Mapping) -> str:
    types = {column.name.lower(): column.type for column in mapping.columns}
    file = "cast(_file as varchar)" if "_file" in types else "cast(null as varchar)"
    row = "cast(_row as bigint)" if "_row" in types else "cast(null as bigint)"
    fields = [f"{literal(mapping.source)} as _source", f"{literal(mapping.system)} as _system"]
    fields += [f"{file} as _file", f"{row} as _row"]
    for name in names:
        value = as_text(quote(name), types[name]) if name in types else "cast(null as varchar)"
        fields.append(f"{value} as {quote(name)}")
    return "select\n  " + ",\n  ".join(fields) + f"\nfrom {quote_relation(mapping.relation)}"


def literal(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def as_text(value: str, type_: str) -> str:
    """SQL that writes ``value`` of an engine type as plain text: ISO dates, no exponent, no ``.0``.

    A number that is none (NaN, infinity) is NULL; a structure becomes JSON, a list ``a, b``.
    """
    kind = type_.upper()
    if kind in ("VARCHAR", "UUID", "BOOLEAN", "DATE", "TIME") or kind.startswith("ENUM"):
        return value if kind == "VARCHAR" else f"cast({value} as varchar)"
    if kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({value}) as varchar)"
    if kind.endswith("[]"):
        return f"array_to_string(cast({value} as varchar[]), ', ')"
    if kind == "JSON":
        return f"({value} ->> '$')"
    if kind == "BLOB":
        return f"coalesce(try(decode({value})), lower(hex({value})))"
    if kind in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"):
        return f"cast(timezone('UTC', {value}) as varchar)"
    if kind in ("DOUBLE", "FLOAT", "REAL"):
        return (
            f"case when not isfinite({value}) then null"
            f" when {value} = trunc({value}) and abs({value}) < 1e37"
            f" then cast(cast({value} as hugeint) as varchar)"
            f" when contains(cast({value} as varchar), 'e') and abs({value}) < 1"
            f" then rtrim(printf('%.18f', cast({value} as double)), '0')"
            f" else cast({value} as varchar) end"
        )
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        return f"rtrim(rtrim(cast({value} as varchar), '0'), '.')"
    return f"cast({value} as varchar)"
