"""Types: the families of the database's, and which of them a schema's type means."""

from __future__ import annotations

import re
from typing import Any

from pandera import dtypes

TIMES = ("date", "timestamp")
NUMBERS = ("integer", "float", "double", "decimal")
INTEGER_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}
INTEGER_BITS |= {f"U{name}": bits for name, bits in INTEGER_BITS.items()}
_FAMILIES = {
    **dict.fromkeys(INTEGER_BITS, "integer"),
    # 128-bit integers reach pandas as doubles, as decimals do.
    **dict.fromkeys(("HUGEINT", "UHUGEINT"), "decimal"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "timestamp"),
    "VARCHAR": "text",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
}


def family(stored: str) -> str:
    """text, integer, float (32 bits), double, decimal, boolean, date, timestamp, or other."""
    name = stored.upper()
    return "decimal" if re.fullmatch(r"DECIMAL\(\d+,\d+\)", name) else _FAMILIES.get(name, "other")


def fits(wanted: Any, stored: str) -> bool | None:
    """Whether a stored type is what the schema's type means; None when that cannot be told.

    A smaller whole number fits a larger one, and exact decimals fit 64-bit floats: that is how
    pandas would hold them.
    """
    kind = family(stored)
    if dtypes.is_category(wanted) or str(wanted) == "object":
        # The database has no such types; what counts is the list of categories, which is a rule of its own.
        return True
    if str(wanted) == "date":
        return kind == "date"
    if isinstance(wanted, dtypes.Decimal):
        return kind == "decimal"
    if dtypes.is_datetime(wanted):
        zone = getattr(wanted, "tz", None) is not None
        return stored.upper() == "TIMESTAMP WITH TIME ZONE" if zone else kind in TIMES
    if dtypes.is_bool(wanted):
        return kind == "boolean"
    if dtypes.is_string(wanted):
        return kind == "text"
    if dtypes.is_int(wanted):
        if kind != "integer":
            return False
        unsigned = stored.upper().startswith("U")
        bits, room = INTEGER_BITS[stored.upper()], int(wanted.bit_width)
        if dtypes.is_uint(wanted):
            return unsigned and bits <= room
        return bits < room if unsigned else bits <= room
    if dtypes.is_float(wanted):
        return kind == "float" or (kind in ("double", "decimal") and int(wanted.bit_width) >= 64)
    return None


def categories(wanted: Any) -> list[Any]:
    """The values a categorical type allows; empty for other types and where it names none."""
    return list(getattr(wanted, "categories", None) or []) if dtypes.is_category(wanted) else []


def spoken(wanted: Any) -> str:
    """A schema's type in words."""
    for is_it, word in (
        (dtypes.is_category, "one of a list of values"),
        (dtypes.is_datetime, "a date or time"),
        (dtypes.is_bool, "true or false"),
        (dtypes.is_string, "text"),
        (dtypes.is_int, "whole numbers"),
        (dtypes.is_float, "numbers"),
        (lambda one: isinstance(one, dtypes.Decimal), "numbers"),
        (lambda one: str(one) == "date", "a day"),
    ):
        if is_it(wanted):
            return word
    return str(wanted)
