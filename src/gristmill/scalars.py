"""Values of template parameters: from text or Python into the types of a head, and into SQL text."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal, InvalidOperation
from typing import Any


def typed(kind: str, given: Any) -> Any:
    """``given`` as a value of a template type; raises ValueError saying what was expected."""
    try:
        return _TYPED[kind](given)
    except (ValueError, TypeError, InvalidOperation, OverflowError) as error:
        raise ValueError(f"Expected {_EXPECTED[kind]}, got {given!r}.") from error


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError
    # Half a surrogate pair is no text; a database would refuse it later and less clearly.
    given.encode()
    return given


def _integer(given: Any) -> int:
    if isinstance(given, bool) or (isinstance(given, float) and not given.is_integer()):
        raise ValueError
    value = int(given)
    if not -(2**63) <= value < 2**63:
        raise ValueError
    return value


def _double(given: Any) -> float:
    if isinstance(given, bool):
        raise TypeError
    value = float(given)
    if not math.isfinite(value):
        raise ValueError
    return value


def _decimal(given: Any) -> Decimal:
    if isinstance(given, bool):
        raise TypeError
    value = Decimal(str(given))
    if not value.is_finite() or value != round(value, 4) or abs(value) >= Decimal(10) ** 14:
        raise ValueError
    return value


def _date(given: Any) -> dt.date:
    if isinstance(given, dt.datetime):
        raise TypeError
    return given if isinstance(given, dt.date) else dt.date.fromisoformat(given)


def _timestamp(given: Any) -> dt.datetime:
    value = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(given)
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[str(given).lower()]


def _boolean_or_value_error(given: Any) -> bool:
    try:
        return _boolean(given)
    except KeyError as error:
        raise ValueError from error


_TYPED = {
    "text": _text,
    "integer": _integer,
    "double": _double,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "boolean": _boolean_or_value_error,
}
_EXPECTED = {
    "text": "text",
    "integer": "a whole number",
    "double": "a finite number",
    "decimal": "a number with at most 4 decimals",
    "date": "a date as 2026-11-01",
    "timestamp": "a time as 2026-11-01 09:30:00",
    "boolean": "true or false",
}


def plain_literal(value: Any) -> str:
    """A value of no declared type as SQL text."""
    if isinstance(value, dt.date):
        return f"{'timestamp' if isinstance(value, dt.datetime) else 'date'} {literal_of(value)}"
    return literal_of(list(value) if isinstance(value, tuple) else value)


def literal_of(value: Any) -> str:
    """A value as untyped SQL text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(literal_of(item) for item in value) + "]"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (dt.datetime, dt.date)):
        return "'" + value.isoformat(*([" "] if isinstance(value, dt.datetime) else [])) + "'"
    return "'" + str(value).replace("'", "''") + "'"
