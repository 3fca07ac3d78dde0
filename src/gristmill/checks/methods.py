"""Our check methods, registered with Pandera so that they read like its own.

They judge pandas data too, so a schema that uses them stays valid for Pandera alone. Two of them
need what only a run has, and are lenient without it: ``refers_to`` passes in Pandera alone (the
other relation is not there to be asked), ``not_in_future`` takes the day Pandera is called on.

In a model                                          holds when
``is_email=True``                                   the text looks like an e-mail address
``is_phone=True``                                   the text is an E.164 number such as +821012345678
``not_in_future=True`` or ``{"days": 1}``           not later than the day of the run (plus ``days``)
``refers_to=("clean.contacts", "contact_id")``      the value occurs in that column of that relation
``Config: row_rule = ["first_at <= last_at"]``      each comparison of two columns holds in the row
``Config: row_count = {"min_value": 1}``            the relation has so many rows
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandera.api.checks import Check
from pandera.extensions import register_check_method

from gristmill.errors import CheckError, Problem

EMAIL_PATTERN = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])"
)
"""The dot-atom form of RFC 5321 with a domain of two labels or more; read alike by re and RE2."""
EMAIL_LENGTH = 254
"""Longest address that fits a mail path (RFC 5321, 4.5.3.1.3)."""
PHONE_PATTERN = r"\+[1-9][0-9]{6,14}"
"""E.164: a plus, a country code, at most 15 digits in all."""

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Comparison:
    """``left <= right`` between two columns of one row; a row with a null on either side holds."""

    left: str
    sign: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


def comparisons(statements: str | Sequence[str]) -> list[Comparison]:
    """The comparisons of ``row_rule``; raises CheckError for what is not ``column <= column``."""
    found = []
    for text in [statements] if isinstance(statements, str) else statements:
        match = re.fullmatch(r"\s*(\w+)\s*(<=|>=|!=|<|>|==?)\s*(\w+)\s*", text)
        if not match:
            raise CheckError(
                Problem(
                    f"The row rule {text!r} is not a comparison of two columns.",
                    expected="first_at <= last_at, with one of <= < = != > >=",
                )
            )
        found.append(Comparison(match[1], "=" if match[2] == "==" else match[2], match[3]))
    return found


def is_email(data: pd.Series, *, on: bool = True) -> Any:
    """The text looks like an e-mail address that a server would take."""
    fits = data.str.fullmatch(EMAIL_PATTERN, na=False) & (data.str.len() <= EMAIL_LENGTH)
    return fits | (not on)


def is_phone(data: pd.Series, *, on: bool = True) -> Any:
    """The text is an international phone number in E.164."""
    return data.str.fullmatch(PHONE_PATTERN, na=False) | (not on)


def not_in_future(data: pd.Series, *, on: bool = True, days: int = 0) -> Any:
    """The date is not later than today (UTC); a run puts its own day in place of today."""
    end = pd.Timestamp(dt.datetime.now(dt.UTC).date()) + pd.Timedelta(days=days + 1)
    return (data < end) | (not on)


def refers_to(data: pd.Series, *, relation: str, column: str) -> Any:  # noqa: ARG001
    """The value occurs in another relation; without a database nothing can be asked, so it holds."""
    return pd.Series(True, index=data.index)


def row_rule(data: pd.DataFrame, *, statements: str | Sequence[str]) -> Any:
    """Every comparison holds in the row, or has a null on one side."""
    holds = pd.Series(True, index=data.index)
    for rule in comparisons(statements):
        left, right = data[rule.left], data[rule.right]
        known = left.notna() & right.notna()
        holds &= ~known | COMPARISONS[rule.sign](left, right).fillna(False).astype(bool)
    return holds


def row_count(data: pd.DataFrame, *, min_value: int | None = None, max_value: int | None = None) -> Any:
    """The relation has at least ``min_value`` and at most ``max_value`` rows."""
    return (min_value is None or len(data) >= min_value) and (max_value is None or len(data) <= max_value)


METHODS: dict[Callable[..., Any], tuple[str, ...]] = {
    is_email: ("on",),
    is_phone: ("on",),
    not_in_future: ("on", "days"),
    refers_to: ("relation", "column"),
    row_rule: ("statements",),
    row_count: ("min_value", "max_value"),
}
"""Each method with the arguments a schema may give it."""


def register() -> None:
    """Make the methods known to Pandera; a second call changes nothing."""
    for function, statistics in METHODS.items():
        if function.__name__ not in Check.REGISTERED_CUSTOM_CHECKS:
            register_check_method(function, statistics=list(statistics))


def method_of(check: Check) -> tuple[str, dict[str, Any]] | None:
    """Name and arguments when a check is one of our methods, else None."""
    made = check._check_fn  # noqa: SLF001 - Pandera has no public way to ask
    # Pandera keeps a registered method as a partial of a wrapper around the function.
    function = getattr(getattr(made, "func", None), "__wrapped__", None)
    if function in METHODS:
        return str(function.__name__), dict(made.keywords)
    return None
