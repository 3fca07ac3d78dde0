"""Pandera's built-in checks and ours as SQL conditions that mean the same.

A condition is written for rows whose column is not null (and not NaN): what a null means is decided
once, in compile.py. A value and a column are only compared where pandas and the database are known
to agree; everything else raises NotCompiledError and is judged by Pandera itself on batches.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gristmill.checks import words
from gristmill.checks.forms import (
    BUSINESS_PATTERN,
    EMAIL_LENGTH,
    EMAIL_PATTERN,
    KOREAN_PHONE_PATTERN,
    PHONE_PATTERN,
    SINCE,
    STAND_INS,
    business_number_sql,
    postcode_pattern,
)
from gristmill.checks.regex import NotTranslatableError, to_re2
from gristmill.checks.types import family
from gristmill.checks.words import Wording
from gristmill.engine import Column, quote

SIGNS = {
    "equal_to": ("eq", "="),
    "not_equal_to": ("ne", "<>"),
    "greater_than": ("gt", ">"),
    "greater_than_or_equal_to": ("ge", ">="),
    "less_than": ("lt", "<"),
    "less_than_or_equal_to": ("le", "<="),
}
HOLDS_OF_NULL = ("not_equal_to", "notin")
"""Built-in checks that pandas answers with True for a null, where nulls are not ignored."""
_INT128 = 2**127


class NotCompiledError(Exception):
    """The database cannot be trusted to judge this as pandas does; the text says why."""


@dataclass(frozen=True)
class Stored:
    """A column as it is stored, and how it is spoken of in SQL."""

    name: str
    type: str
    """The type its values are judged in."""
    cast: str = ""
    """SQL that makes the value of what is stored, null where it cannot; empty where what is stored is it."""
    gaps: bool = True
    """False where the type it is converted to has no room for a null, so that one cannot be converted."""
    utc: bool = False
    """Its moments were brought to UTC when they were read, so that one with a time zone can be compared with them."""

    @classmethod
    def of(cls, column: Column) -> Stored:
        """What an engine says of a column."""
        return cls(column.name, column.type)

    @property
    def family(self) -> str:
        """The family of its type, as in types.py."""
        return family(self.type)

    @property
    def raw(self) -> str:
        """The column's name, quoted: what is stored, converted or not."""
        return quote(self.name)

    @property
    def sql(self) -> str:
        """The value."""
        return self.cast or self.raw

    @property
    def missing(self) -> str:
        """True where nothing is stored, or NaN; a text that cannot be converted is not missing. Never null."""
        if not self.cast:
            return self.is_null
        nan = f" or coalesce(isnan({self.sql}), false)" if self.family in ("float", "double") else ""
        return f"({self.raw} is null{nan})"

    @property
    def unreadable(self) -> str:
        """True where something is stored that cannot be converted; never null."""
        if not self.cast:
            return "false"
        return f"({self.raw} is not null and {self.sql} is null)" if self.gaps else f"({self.sql} is null)"

    @property
    def number(self) -> str:
        """The column as pandas would hold it: exact decimals become doubles there."""
        return f"{self.sql}::double" if self.family == "decimal" else self.sql

    @property
    def same(self) -> str:
        """The column as pandas compares it for equality: NaN is the same as null."""
        return (
            f"case when {self.not_null} then {self.sql} end"
            if self.family in ("float", "double")
            else self.sql
        )

    @property
    def is_null(self) -> str:
        """True where pandas sees a missing value: NaN is one."""
        missing = f"{self.sql} is null"
        return f"({missing} or isnan({self.sql}))" if self.family in ("float", "double") else missing

    @property
    def not_null(self) -> str:
        """True where there is a value; never null itself."""
        present = f"{self.sql} is not null"
        return f"({present} and not isnan({self.sql}))" if self.family in ("float", "double") else present


@dataclass
class Binder:
    """Hands out parameter names, so that values of a schema never become SQL text."""

    prefix: str
    params: dict[str, Any] = field(default_factory=dict)

    def __call__(self, value: Any) -> str:
        """The placeholder of a value."""
        name = f"{self.prefix}_{len(self.params)}"
        self.params[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Condition:
    """``holds`` is SQL that is true of a good row whose column has a value."""

    holds: str
    wording: Wording


def bound(column: Stored, value: Any) -> Any:
    """The value as the database shall see it beside the column; raises NotCompiledError."""
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    kind = column.family
    if kind == "text" and isinstance(value, str):
        return _text(value)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind in ("date", "timestamp"):
        return _moment(value, utc=column.utc)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if kind == "integer" and isinstance(value, int) and abs(value) < _INT128:
            return value
        if kind in ("integer", "double", "decimal", "float"):
            try:
                number = float(value)
            except OverflowError as error:
                raise NotCompiledError("a number beyond the range of a double") from error
            # pandas compares a 32-bit column with a Python number in 32 bits.
            with np.errstate(over="ignore"):
                return float(np.float32(number)) if kind == "float" else number
    raise NotCompiledError(f"{type(value).__name__} beside {column.type}")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCompiledError("a lone surrogate") from error
    return value


def _moment(value: Any, *, utc: bool = False) -> dt.datetime:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        raise NotCompiledError("a date beside a column of pandas datetimes")
    if not isinstance(value, str | dt.datetime | np.datetime64):
        raise NotCompiledError(f"{type(value).__name__} beside a moment")
    try:
        stamp = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise NotCompiledError("a text that is no moment") from error
    if utc and not pd.isna(stamp) and stamp.tz is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    if pd.isna(stamp) or stamp.tz is not None or stamp.nanosecond:
        raise NotCompiledError("a moment with a time zone, nanoseconds or none at all")
    return stamp.to_pydatetime()


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _compare(column: Stored, name: str, value: Any, bind: Binder) -> Condition:
    word, sign = SIGNS[name]
    wording = words.compared(column.name, word, value)
    ready = bound(column, value)
    if _is_nan(ready):
        return Condition("true" if word == "ne" else "false", wording)
    if column.family == "boolean" and word not in ("eq", "ne"):
        raise NotCompiledError("an order of booleans")
    return Condition(f"{column.number} {sign} {bind(ready)}", wording)


def _in_range(column: Stored, said: Mapping[str, Any], bind: Binder) -> Condition:
    low, high = said["min_value"], said["max_value"]
    with_low, with_high = said.get("include_min", True), said.get("include_max", True)
    wording = words.in_range(column.name, low, high, with_low=with_low, with_high=with_high)
    ends = bound(column, low), bound(column, high)
    if column.family == "boolean":
        raise NotCompiledError("an order of booleans")
    if any(_is_nan(end) for end in ends):
        return Condition("false", wording)
    signs = ">=" if with_low else ">", "<=" if with_high else "<"
    parts = [f"{column.number} {sign} {bind(end)}" for sign, end in zip(signs, ends, strict=True)]
    return Condition(" and ".join(parts), wording)


def _members(column: Stored, said: Any, *, ignore_na: bool) -> list[Any]:
    if isinstance(said, str) or not isinstance(said, Iterable):
        raise NotCompiledError("a list of values that is no list")
    ready = []
    for value in said:
        if value is None or value is pd.NaT or value is pd.NA or _is_nan(value):
            if not ignore_na:
                raise NotCompiledError("a null among the values where nulls are judged")
            # pandas turns a list of numbers with a gap into floats, which rounds large ones.
            if column.family == "integer":
                raise NotCompiledError("a gap among whole numbers")
        elif column.family in ("date", "timestamp") and isinstance(value, str):
            raise NotCompiledError("texts among moments")
        elif column.family == "integer" and (not isinstance(value, int) or abs(value) >= 2**63):
            raise NotCompiledError("values other than 64-bit whole numbers")
        elif column.family == "float":
            raise NotCompiledError("a list beside 32-bit numbers")
        else:
            ready.append(bound(column, value))
    return ready


def _listed(column: Stored, name: str, said: Any, bind: Binder, *, ignore_na: bool) -> Condition:
    inside = _members(column, said, ignore_na=ignore_na)
    test = f"{column.number} in ({', '.join(map(bind, inside))})" if inside else "false"
    if name == "isin":
        return Condition(test, words.isin(column.name, sorted(said, key=str)))
    return Condition(f"not ({test})", words.notin(column.name, sorted(said, key=str)))


def _regex(column: Stored, name: str, said: Any, bind: Binder) -> Condition:
    how = "starts with" if name == "str_matches" else "contains"
    text = said.pattern if isinstance(said, re.Pattern) else str(said)
    wording = words.pattern(column.name, how, text)
    try:
        pattern = to_re2(said, anchored=name == "str_matches")
    except (NotTranslatableError, re.error, TypeError, AttributeError) as error:
        raise NotCompiledError(f"a pattern the database cannot match: {error}") from error
    return Condition(f"regexp_matches({column.sql}, {bind(pattern)})", wording)


def _affix(column: Stored, name: str, said: Any, bind: Binder) -> Condition:
    function, how = {
        "str_startswith": ("starts_with", "starts with"),
        "str_endswith": ("ends_with", "ends with"),
    }[name]
    wording = words.affix(column.name, how, str(said))
    return Condition(f"{function}({column.sql}, {bind(bound(column, said))})", wording)


def _length(column: Stored, said: Mapping[str, Any], bind: Binder) -> Condition:
    exact = said.get("exact_value")
    low, high = (exact, exact) if exact is not None else (said.get("min_value"), said.get("max_value"))
    if not all(end is None or (isinstance(end, int) and abs(end) < 2**63) for end in (low, high)):
        raise NotCompiledError("a length that is no whole number")
    ends = [(">=", low), ("<=", high)]
    parts = [f"length({column.sql}) {sign} {bind(end)}" for sign, end in ends if end is not None]
    if not parts:
        raise NotCompiledError("a length without bounds")
    return Condition(" and ".join(parts), words.length(column.name, low, high))


def built_in(
    column: Stored, name: str, said: Mapping[str, Any], bind: Binder, *, ignore_na: bool
) -> Condition:
    """The condition of a built-in check of Pandera, by its full name; raises NotCompiledError."""
    first = next(iter(said.values()), None)
    if name in SIGNS:
        return _compare(column, name, first, bind)
    if name == "in_range":
        return _in_range(column, said, bind)
    if name in ("isin", "notin"):
        return _listed(column, name, first, bind, ignore_na=ignore_na)
    if name.startswith("str_") and column.family != "text":
        raise NotCompiledError(f"a check of text on {column.type}")
    if name in ("str_matches", "str_contains"):
        return _regex(column, name, first, bind)
    if name in ("str_startswith", "str_endswith"):
        return _affix(column, name, first, bind)
    if name == "str_length":
        return _length(column, said, bind)
    raise NotCompiledError(f"{name} has no SQL form")


def _email(column: Stored, _: Mapping[str, Any], bind: Binder) -> Condition:
    fits = (
        f"regexp_full_match({column.sql}, {bind(EMAIL_PATTERN)}) and length({column.sql}) <= {EMAIL_LENGTH}"
    )
    return Condition(fits, words.email(column.name))


def _form(column: Stored, pattern: str, bind: Binder) -> str:
    return f"regexp_full_match({column.sql}, {bind(pattern)})"


def _phone(column: Stored, _: Mapping[str, Any], bind: Binder) -> Condition:
    return Condition(_form(column, PHONE_PATTERN, bind), words.phone(column.name))


def _korean_phone(column: Stored, _: Mapping[str, Any], bind: Binder) -> Condition:
    return Condition(_form(column, KOREAN_PHONE_PATTERN, bind), words.korean_phone(column.name))


def _business_number(column: Stored, _: Mapping[str, Any], bind: Binder) -> Condition:
    holds = f"{_form(column, BUSINESS_PATTERN, bind)} and {business_number_sql(column.sql)}"
    return Condition(holds, words.business_number(column.name))


def _postcode(column: Stored, said: Mapping[str, Any], bind: Binder) -> Condition:
    country = str(said["country"])
    holds = _form(column, postcode_pattern(country), bind)
    return Condition(holds, words.postcode(column.name, country))


def _plausible_date(column: Stored, said: Mapping[str, Any], bind: Binder, as_of: dt.date) -> Condition:
    days, since = int(said.get("days", 0)), str(said.get("since", SINCE))
    end = dt.datetime.combine(as_of, dt.time()) + dt.timedelta(days=days + 1)
    others = ", ".join(bind(_moment(one)) for one in STAND_INS)
    holds = f"{column.sql} >= {bind(_moment(since))} and {column.sql} < {bind(end)} and {column.sql} not in ({others})"
    return Condition(holds, words.plausible_date(column.name, since, days))


def _not_in_future(column: Stored, said: Mapping[str, Any], bind: Binder, as_of: dt.date) -> Condition:
    days = int(said.get("days", 0))
    end = dt.datetime.combine(as_of, dt.time()) + dt.timedelta(days=days + 1)
    return Condition(f"{column.sql} < {bind(end)}", words.not_in_future(column.name, days))


_OURS: dict[str, tuple[tuple[str, ...], Callable[..., Condition]]] = {
    "is_email": (("text",), _email),
    "is_phone": (("text",), _phone),
    "is_korean_phone": (("text",), _korean_phone),
    "is_business_number": (("text",), _business_number),
    "is_postcode": (("text",), _postcode),
    "not_in_future": (("date", "timestamp"), _not_in_future),
    "plausible_date": (("date", "timestamp"), _plausible_date),
}
_DATED = ("not_in_future", "plausible_date")


def our_own(column: Stored, name: str, said: Mapping[str, Any], bind: Binder, as_of: dt.date) -> Condition:
    """The condition of one of our check methods on a column; raises NotCompiledError."""
    families, make = _OURS.get(name, ((), None))
    if make is None or column.family not in families:
        raise NotCompiledError(f"{name} on {column.type}")
    more = {"as_of": as_of} if name in _DATED else {}
    made = make(column, said, bind, **more)
    return made if said.get("on", True) else Condition("true", made.wording)
