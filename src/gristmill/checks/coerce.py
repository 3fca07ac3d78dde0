"""Texts as the types a schema asks for: what ``coerce`` does, as casts that give null instead of an error.

A file of texts is always read so, for pandas too would have made numbers of its columns. What cannot be
converted fails ``dtype`` in its row and is judged by no other rule of the column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pandera import dtypes

from gristmill.checks.predicates import Stored
from gristmill.checks.types import NUMBERS, family
from gristmill.engine import quote

INTEGER = r"[+-]?[0-9]+(?:_[0-9]+)*"
WHOLE = rf"{INTEGER}(?:\.0*)?"
"""In a file a whole number may have a point: pandas writes columns of whole numbers with gaps so."""
NUMBER = r"[+-]?(?:(?:[0-9]+(?:_[0-9]+)*)?\.?(?:[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)"
MOMENT = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
"""ISO 8601; what other orders of day and month mean would be a guess."""
TRUTHS = {"true": ("true", "1", "1.0"), "false": ("false", "0", "0.0")}
UNSIGNED = {8: "UTINYINT", 16: "USMALLINT", 32: "UINTEGER", 64: "UBIGINT"}
SIGNED = {8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}


def converted(stored: Stored, wanted: Any, *, from_file: bool) -> Stored | None:
    """The column read as the schema's type; None where the database cannot read it as Pandera would."""
    kind = family(stored.type)
    if not from_file and not isinstance(getattr(wanted, "type", None), np.dtype):
        # Nullable types of pandas read some texts otherwise.
        return None
    if dtypes.is_float(wanted) and kind in NUMBERS and int(wanted.bit_width) >= 64:
        return Stored(stored.name, "DOUBLE", f"cast({stored.raw} as double)")
    if kind != "text":
        return None
    made = _number(stored.name, wanted, from_file=from_file)
    if made or not from_file:
        return made
    return _of_file(stored.name, wanted)


def _number(name: str, wanted: Any, *, from_file: bool) -> Stored | None:
    text = f"trim({quote(name)}, e' \\t\\n\\r\\f\\v')"
    if dtypes.is_int(wanted):
        bits = int(wanted.bit_width or 64)
        type_ = (UNSIGNED if dtypes.is_uint(wanted) else SIGNED).get(bits)
        if type_ is None:
            return None
        shape = WHOLE if from_file else INTEGER
        digits = f"replace(regexp_replace({text}, '\\.0*$', ''), '_', '')"
        made = _guarded(text, shape, f"try_cast({digits} as {type_})")
        # A column of plain whole numbers has no room for gaps; a file's is read as one that has.
        return Stored(name, type_, made, gaps=from_file)
    if dtypes.is_float(wanted) and int(wanted.bit_width) >= 32:
        type_ = "FLOAT" if int(wanted.bit_width) == 32 else "DOUBLE"
        made = f"try_cast(replace({text}, '_', '') as {type_})"
        return Stored(name, type_, _guarded(text, f"(?i:{NUMBER})", made))
    return None


def _of_file(name: str, wanted: Any) -> Stored | None:
    text = f"trim({quote(name)})"
    if dtypes.is_bool(wanted):
        cases = " ".join(
            f"when lower({text}) in ({', '.join(repr(one) for one in texts)}) then {truth}"
            for truth, texts in TRUTHS.items()
        )
        return Stored(name, "BOOLEAN", f"case {cases} end")
    if str(wanted) == "date":
        return Stored(name, "DATE", _guarded(text, MOMENT, f"try_cast({text} as date)"))
    if isinstance(wanted, dtypes.Decimal):
        return Stored(name, "DOUBLE", _guarded(text, NUMBER, f"try_cast({text} as double)"))
    if dtypes.is_datetime(wanted):
        # Through a moment with a zone, so that an offset is counted in; the session is in UTC.
        made = f"cast(try_cast({text} as timestamptz) as timestamp)"
        return Stored(name, "TIMESTAMP", _guarded(text, MOMENT, made), utc=True)
    return None


def _guarded(text: str, shape: str, made: str) -> str:
    return f"case when regexp_full_match({text}, '{shape}') then {made} end"
