"""The evidence of one column, and the words of what is drafted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gristmill.checks.draft import forms
from gristmill.checks.draft.profile import Profile, Row
from gristmill.checks.types import family

RARE = 0.01
"""Exceptions are errors up to this share of the rows; more of them are a second habit."""
STRONG = 50
"""Rows a habit must be seen in before its exceptions say anything."""
SHOWN = 3
"""Values that a comment names."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One argument of a drafted column, or one line of its model."""

    check: str
    """The name of Pandera's or our check, ``nullable``, ``dtype``, or ``note`` for what no rule can say of a row."""
    value: Any = None
    evidence: str = ""
    suspicious: bool = False
    others: tuple[int, ...] = ()
    """Of a rule over several columns: the numbers of all of them."""


@dataclass(frozen=True)
class Drafted:
    """One column: how its type is written, and its rules."""

    number: int
    type: str
    """``str``, ``int``, ``float``, ``bool``, ``time``, or ``any``."""
    is_coerced: bool
    evidence: str
    rules: tuple[Rule, ...] = field(default=())

    def without(self, check: str) -> Drafted:
        """The same without a rule."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.check != check))


def percent(n: int, of: int) -> str:
    """``0.3 %``; never rounded to nothing or to all."""
    share = 100 * n / of if of else 0.0
    if 0 < share < 0.1:
        return "under 0.1 %"
    return f"{share:.1f} %".replace(".0 %", " %") if share < 99.95 or n == of else "over 99.9 %"


class Column:
    """The evidence of one column, with the questions that rules ask of it."""

    def __init__(self, profile: Profile, number: int, personal: str) -> None:
        self.profile, self.number, self.personal = profile, number, personal
        self.stored = profile.columns[number]
        self.name = self.stored.name
        self.family = family(self.stored.type)
        self.seen = profile.seen_of(number)
        self.filled = int(self.seen["n_filled"])
        self.missing = profile.n_missing(number)
        self.distinct = int(self.seen["n_distinct"])
        self.numbers: Row = profile.numbers.get(number, {})
        self.masks = [row for row in profile.masks.get(number, ()) if not row["is_short"]]
        self.shapes = [row for row in profile.masks.get(number, ()) if row["is_short"]]
        self.values = profile.sets.get(number, ())
        self.near = profile.near.get(number, ())
        self.near_codes = profile.stand_ins.get(number, ()) if forms.says_postcode(self.name) else ()

    def __getitem__(self, name: str) -> Any:
        return self.seen[name]

    def is_few(self, n: int) -> bool:
        """Few enough to be errors: some, rare, and in a column that is long enough to tell."""
        return 0 < n <= RARE * self.filled and self.filled >= 2 * STRONG

    def shown(self, values: Sequence[str]) -> str:
        """Values for a comment; of personal data only how they are written."""
        listed = [forms.hidden(value) if self.personal != "none" else value for value in values]
        text = ", ".join(
            repr(one if len(one) <= 40 else one[:39] + "…") for one in dict.fromkeys(listed[:SHOWN])
        )
        return text + (" …" if len(values) > SHOWN else "")
