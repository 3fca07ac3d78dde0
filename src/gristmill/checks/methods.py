"""Our check methods, registered with Pandera so that they read like its own.

They judge pandas data too, so a schema that uses them stays valid for Pandera alone. Some need what
only a run has, and are lenient without it: ``refers_to``, ``row_count_band``, ``drift`` and
``same_categories`` pass in Pandera alone (the other relation, the runs before are not there to be
asked); what asks for a day takes the one Pandera is called on.

In a model                                              holds when
``is_email=True``                                       the text looks like an e-mail address
``is_phone=True``                                       the text is an E.164 number such as +821012345678
``is_korean_phone=True``                                a Korean number, as written at home or from abroad
``is_business_number=True``                             a Korean business number with a right check digit
``is_postcode="KR"``                                    the text has the form of the country's postal codes
``not_in_future=True`` or ``{"days": 1}``               not later than the day of the run (plus ``days``)
``plausible_date=True`` or ``{"since": "2015-01-01"}``  between ``since`` and the day of the run, no stand-in
``fresh={"days": 2}``                                   the newest value is at most so many days old
``refers_to=("clean.contacts", "contact_id")``          the value occurs in that column of that relation
``drift={"max_psi": 0.25}``                             values are spread much as in the run before
``same_categories=True`` or ``{"new": 2}``              no category is new or gone since the run before

``Config: row_rule = ["first_at <= last_at"]``          each comparison of two columns holds in the row
``Config: conditional = ["when … then …"]``             as conditions.py reads it
``Config: functional_dependency = ["postcode -> city"]``  rows agree with most others of the same postcode
``Config: unique_across_sources = ["member_no"]``       no value stands in two sources
``Config: row_count = {"min_value": 1}``                the relation has so many rows
``Config: row_count_band = {"share": 0.5}``             as many rows as the last runs' median, ± the share
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandera.api.checks import Check
from pandera.extensions import register_check_method

from gristmill.checks import conditions
from gristmill.checks.conditions import COMPARISONS
from gristmill.checks.forms import (
    BUSINESS_PATTERN,
    EMAIL_LENGTH,
    EMAIL_PATTERN,
    KOREAN_PHONE_PATTERN,
    PHONE_PATTERN,
    SINCE,
    STAND_INS,
    check_digit_is_right,
    postcode_pattern,
)
from gristmill.errors import CheckError, Problem


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


@dataclass(frozen=True)
class Dependency:
    """``a, b -> c``: rows that are the same in the first columns are the same in the last."""

    on: tuple[str, ...]
    column: str

    def __str__(self) -> str:
        return f"{', '.join(self.on)} -> {self.column}"


def dependencies(statements: str | Sequence[str]) -> list[Dependency]:
    """The rules of ``functional_dependency``; raises CheckError for what is not ``a, b -> c``."""
    found = []
    for text in [statements] if isinstance(statements, str) else statements:
        left, arrow, right = text.partition("->")
        on = tuple(name.strip() for name in left.split(",") if name.strip())
        if not (arrow and on and right.strip()) or "," in right or right.strip() in on:
            raise CheckError(
                Problem(
                    f"The dependency {text!r} cannot be read.",
                    expected="postcode -> city, or several columns before the arrow: brand, model -> category",
                )
            )
        found.append(Dependency(on, right.strip()))
    return found


# -- of values --------------------------------------------------------------------------------------


def is_email(data: pd.Series, *, on: bool = True) -> Any:
    """The text looks like an e-mail address that a server would take."""
    fits = data.str.fullmatch(EMAIL_PATTERN, na=False) & (data.str.len() <= EMAIL_LENGTH)
    return fits | (not on)


def is_phone(data: pd.Series, *, on: bool = True) -> Any:
    """The text is an international phone number in E.164."""
    return data.str.fullmatch(PHONE_PATTERN, na=False) | (not on)


def is_korean_phone(data: pd.Series, *, on: bool = True) -> Any:
    """The text is a Korean phone number, as written at home or from abroad."""
    return data.str.fullmatch(KOREAN_PHONE_PATTERN, na=False) | (not on)


def is_business_number(data: pd.Series, *, on: bool = True) -> Any:
    """The text is a Korean business registration number whose check digit is right."""
    fits = data.str.fullmatch(BUSINESS_PATTERN, na=False)
    right = [bool(fit) and check_digit_is_right(text) for fit, text in zip(fits, data, strict=True)]
    return pd.Series(right, index=data.index, dtype=bool) | (not on)


def is_postcode(data: pd.Series, *, country: str) -> Any:
    """The text has the form of the country's postal codes; the country is ISO 3166-1 alpha-2."""
    return data.str.fullmatch(postcode_pattern(country), na=False)


def not_in_future(data: pd.Series, *, on: bool = True, days: int = 0) -> Any:
    """The date is not later than today (UTC); a run puts its own day in place of today."""
    return (data < _end(days)) | (not on)


def plausible_date(data: pd.Series, *, on: bool = True, since: str = SINCE, days: int = 0) -> Any:
    """The date lies between ``since`` and today (plus ``days``) and is none that stands for "unknown"."""
    inside = (data >= pd.Timestamp(since)) & (data < _end(days))
    return inside & ~data.isin([pd.Timestamp(one) for one in STAND_INS]) | (not on)


def _end(days: int) -> pd.Timestamp:
    return pd.Timestamp(dt.datetime.now(dt.UTC).date()) + pd.Timedelta(days=days + 1)


def refers_to(data: pd.Series, *, relation: str, column: str) -> Any:  # noqa: ARG001
    """The value occurs in another relation; without a database nothing can be asked, so it holds."""
    return pd.Series(True, index=data.index)


# -- of a column as a whole -------------------------------------------------------------------------


def fresh(data: pd.Series, *, days: int) -> Any:
    """The newest value is at most so many days before today; no value at all is not fresh."""
    return bool(len(data)) and bool(data.max() >= _end(-1 - int(days)))


def drift(data: pd.Series, *, max_psi: float = 0.25) -> Any:  # noqa: ARG001
    """Values are spread as in the run before; without one there is nothing to compare with, so it holds."""
    return True


def same_categories(data: pd.Series, *, on: bool = True, new: int = 0, gone: int = 0) -> Any:  # noqa: ARG001
    """At most ``new`` values that the run before did not have, at most ``gone`` that only it had."""
    return True


# -- of rows and relations --------------------------------------------------------------------------


def row_rule(data: pd.DataFrame, *, statements: str | Sequence[str]) -> Any:
    """Every comparison holds in the row, or has a null on one side."""
    holds = pd.Series(True, index=data.index)
    for rule in comparisons(statements):
        left, right = data[rule.left], data[rule.right]
        known = left.notna() & right.notna()
        holds &= ~known | COMPARISONS[rule.sign](left, right).fillna(False).astype(bool)
    return holds


def conditional(data: pd.DataFrame, *, statements: str | Sequence[str]) -> Any:
    """Every ``when … then …`` holds in the row, or does not speak of it."""
    holds = pd.Series(True, index=data.index)
    for rule in conditions.conditionals(statements):
        holds &= conditions.holds(rule, data)
    return holds


def functional_dependency(data: pd.DataFrame, *, statements: str | Sequence[str]) -> Any:
    """The row has the value that most rows of its group have; where none leads, no row of the group holds."""
    holds = pd.Series(True, index=data.index)
    for rule in dependencies(statements):
        known = data.dropna(subset=[*rule.on, rule.column])
        pairs = (
            known.groupby([*rule.on, rule.column], observed=True, sort=False).size().rename("n").reset_index()
        )
        groups = pairs.groupby(list(rule.on), observed=True, sort=False)["n"]
        pairs["leads"] = pairs["n"] == groups.transform("max")
        pairs["alone"] = (
            pairs.groupby(list(rule.on), observed=True, sort=False)["leads"].transform("sum") == 1
        )
        good = pairs[pairs["leads"] & pairs["alone"]]
        keys = pd.MultiIndex.from_frame(known[[*rule.on, rule.column]])
        found = keys.isin(pd.MultiIndex.from_frame(good[[*rule.on, rule.column]]))
        holds &= pd.Series(found, index=known.index).reindex(data.index, fill_value=True)
    return holds


def unique_across_sources(data: pd.DataFrame, *, columns: str | Sequence[str]) -> Any:
    """No value of the column stands in rows of two sources (column ``_source``)."""
    holds = pd.Series(True, index=data.index)
    for name in [columns] if isinstance(columns, str) else columns:
        n_sources = data.groupby(name, observed=True)["_source"].transform("nunique")
        holds &= data[name].isna() | ~(n_sources > 1)
    return holds


def row_count(data: pd.DataFrame, *, min_value: int | None = None, max_value: int | None = None) -> Any:
    """The relation has at least ``min_value`` and at most ``max_value`` rows."""
    return (min_value is None or len(data) >= min_value) and (max_value is None or len(data) <= max_value)


def row_count_band(data: pd.DataFrame, *, share: float = 0.5, runs: int = 5) -> Any:  # noqa: ARG001
    """As many rows as the median of the last ``runs`` runs, more or less by ``share``; holds without runs."""
    return True


METHODS: dict[Callable[..., Any], tuple[str, ...]] = {
    is_email: ("on",),
    is_phone: ("on",),
    is_korean_phone: ("on",),
    is_business_number: ("on",),
    is_postcode: ("country",),
    not_in_future: ("on", "days"),
    plausible_date: ("on", "since", "days"),
    fresh: ("days",),
    refers_to: ("relation", "column"),
    drift: ("max_psi",),
    same_categories: ("on", "new", "gone"),
    row_rule: ("statements",),
    conditional: ("statements",),
    functional_dependency: ("statements",),
    unique_across_sources: ("columns",),
    row_count: ("min_value", "max_value"),
    row_count_band: ("share", "runs"),
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
