"""Values as a reader sees them: numbers with thousands separators, quiet times, text that cannot break a page."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gristmill.report.data import Col

LONGEST = 300
"""Characters of one value that are shown; the rest is counted."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CODE_WORDS = ("year", "id", "key", "no", "row", "line", "code", "postcode")


def clean_text(text: str) -> str:
    """Text that shows what is in it: control and direction characters become visible signs.

    NUL becomes ␀; a right-to-left override, which could make a line read backwards, becomes its code.
    """
    text = _SURROGATE.sub("\ufffd", text)
    text = _CONTROL.sub(
        lambda found: chr(0x2400 + ord(found.group())) if ord(found.group()) < 0x20 else "␡", text
    )
    return _BIDI.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def shorten(text: str, most: int = LONGEST) -> str:
    """``text`` cut after ``most`` characters, saying how long it was."""
    return text if len(text) <= most else f"{text[:most].rstrip()}… ({len(text):,})"


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """``1234.5`` as ``1,234.5``; ``decimals`` None keeps at most two, more where the number is small."""
    if isinstance(value, int):
        return f"{value:,}" if not decimals else f"{value:,.{decimals}f}"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if decimals is None:
        decimals = decimals_of([value])
    text = f"{value:,.{decimals}f}"
    return "0" if text.strip("-0.,") == "" and decimals == 0 else text


def percent(value: float | Decimal, decimals: int = 1) -> str:
    """A share between 0 and 1 as ``12.3%``; a share that is not nought never reads 0.0%."""
    scaled = float(value) * 100
    if not math.isfinite(scaled):
        return number(scaled)
    low = 10.0**-decimals
    if 0 < scaled < low / 2:
        return f"<{low:.{decimals}f}%"
    text = f"{scaled:.{decimals}f}"
    if scaled < 100 and float(text) == 100.0:
        return f">{100 - low:.{decimals}f}%"
    return f"{text}%"


def decimals_of(values: Sequence[int | float | Decimal]) -> int:
    """Decimals that a column needs, the same for every row so that they line up."""
    finite = [abs(float(v)) for v in values if math.isfinite(v) and v != 0]
    if not finite or all(v == int(v) for v in finite):
        return 0
    largest = max(finite)
    if largest >= 100_000:
        return 0
    most = 2 if largest >= 1 else 4
    need = 0
    for value in finite[:2000]:
        text = f"{value:.{most}f}".rstrip("0")
        need = max(need, len(text) - text.index(".") - 1)
    return need


def _time(value: Any, style: str) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime(style) if value.year >= 1000 else value.isoformat(" ")
    return str(value)


def _time_style(values: Sequence[Any]) -> str:
    """The shortest form that loses nothing in this column."""
    times = [v for v in values if isinstance(v, dt.datetime)]
    if all((v.hour, v.minute, v.second, v.microsecond) == (0, 0, 0, 0) for v in times):
        return "%Y-%m-%d"
    return "%Y-%m-%d %H:%M" if all(v.second == 0 for v in times) else "%Y-%m-%d %H:%M:%S"


def loose(value: Any) -> str:
    """Any value that has no column to go by."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join("–" if v is None else loose(v) for v in value) or "[]"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {'–' if v is None else loose(v)}" for k, v in value.items()) or "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, dt.datetime):
        return _time(value, _time_style([value]))
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value[:24]).hex() + ("…" if len(value) > 24 else "")
    return clean_text(str(value))


def column(col: Col, values: Sequence[Any]) -> list[str | bool | None]:
    """The values of one column as shown: text, None for no value, or a truth value (worded by the page)."""
    present = [v for v in values if v is not None]
    numbers = [v for v in present if isinstance(v, (int, float, Decimal)) and not isinstance(v, bool)]
    is_code = col.name.rsplit("_", 1)[-1].lower() in _CODE_WORDS and all(isinstance(v, int) for v in numbers)
    decimals = decimals_of(numbers)
    style = _time_style(present)

    def show(value: Any) -> str | bool | None:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float, Decimal)):
            if col.is_share:
                return percent(value)
            return str(value) if is_code else number(value, decimals)
        if isinstance(value, dt.datetime):
            return _time(value, style)
        return shorten(loose(value))

    return [show(v) for v in values]
