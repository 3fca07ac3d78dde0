"""How values are written: masks as patterns, names that say what a column holds, numbers as people write bounds."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

_KEY_NAME = re.compile(r"(^|_)(id|key|uuid|guid|sku|no|nr|number|ref|번호|코드)$|(ID|Id|Key|No)$")
_CODE_NAME = re.compile(r"zip|post_?(al|code)|plz|phone|mobile|fax|tel(_|$)|전화|휴대|우편", re.IGNORECASE)
_POSTCODE_NAME = re.compile(r"zip|post_?(al|code)|plz|우편", re.IGNORECASE)
_PERCENT_NAME = re.compile(r"(^|_)(pct|percent|percentage|proz(ent)?)(_|$)|%|비율", re.IGNORECASE)


def says_key(name: str) -> bool:
    """Whether a column's name says that it identifies something."""
    return bool(_KEY_NAME.search(name))


def says_code(name: str) -> bool:
    """Whether its digits are no number: phones and postal codes."""
    return bool(_CODE_NAME.search(name))


def says_postcode(name: str) -> bool:
    """Whether it holds postal codes."""
    return bool(_POSTCODE_NAME.search(name))


def says_percent(name: str) -> bool:
    """Whether it holds per cent."""
    return bool(_PERCENT_NAME.search(name))


def hidden(value: str) -> str:
    """A value as its mask: what a comment may say of personal data."""
    return "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else "가" if c.isalpha() else c
        for c in value
    )


def is_iso(mask: str) -> bool:
    """Whether a mask is that of an ISO 8601 date."""
    return mask.startswith("9999-99-99")


def reads_as_number(value: str) -> bool:
    """As the profile reads numbers."""
    return bool(re.fullmatch(r"-?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})([eE][-+]?[0-9]{1,2})?", value))


_CLASSES = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]", "가": "[가-힣]"}


def _escaped(char: str) -> str:
    return char if char.isalnum() or char in " -_/@,:;'#%&=<>!~\"" else "\\" + char


def pattern(masks: Sequence[str], *, is_short: bool) -> str:
    """The regular expression of some masks, whole values; a run of a short mask may have any length."""
    return (
        "(?:" + "|".join(_one(mask, is_short=is_short) for mask in masks) + r")\Z"
        if len(masks) > 1
        else _one(masks[0], is_short=is_short) + r"\Z"
    )


def _one(mask: str, *, is_short: bool) -> str:
    parts = []
    for run in re.finditer(r"(.)\1*", mask, re.DOTALL):
        char, n = run[1], len(run[0])
        if char not in _CLASSES:
            parts.append(_escaped(char) * n)
        elif is_short:
            parts.append(_CLASSES[char] + "+")
        else:
            parts.append(_CLASSES[char] + (f"{{{n}}}" if n > 1 else ""))
    return "".join(parts)


def is_writable(mask: str) -> bool:
    """Whether a mask can be said as a pattern: printable, and only of letters that have a class."""
    return len(mask) < 60 and mask.isprintable() and mask != ""


def room(mask: str) -> float:
    """How many values a mask has; 0 where it has no digits or letters."""
    sizes = {"9": 10, "A": 26, "a": 26, "가": 2000}
    n = math.prod(float(sizes[char]) for char in mask if char in sizes)
    return n if n > 1 else 0.0


def number(x: float) -> str:
    """A number without needless zeros."""
    return f"{x:,.0f}" if x == int(x) and abs(x) < 1e15 else f"{x:,.6g}"


def day(moment: dt.datetime) -> str:
    """A moment as its day."""
    return moment.date().isoformat()


def above(x: float) -> float:
    """A round number that leaves room above ``x``: 1, 2 or 5 times a power of ten."""
    if x <= 0:
        return 0.0 if x > -1 else -below(-x)
    power = 10.0 ** math.floor(math.log10(x))
    return float(next(step * power for step in (1, 2, 5, 10, 20) if step * power > x))


def below(x: float) -> float:
    """A round number under ``x`` > 0."""
    power = 10.0 ** math.floor(math.log10(x))
    return float(next(step * power for step in (5, 2, 1, 0.5, 0.2) if step * power < x))
