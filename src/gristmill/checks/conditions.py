"""``when … then …``: a rule that speaks only of some rows, as text that pandas and the database read alike.

    when status = 'completed' then amount > 0 and ordered_at is not null
    when country in ('KR', 'JP') then postcode is not null

A condition compares a column with a value or another column, asks whether it is filled in or one of a
list; conditions are joined by ``and``. Rows for which the first half does not hold, or cannot be told
because of a gap, are not judged. A comparison with a gap in the second half holds; ``is not null`` says
that a value must be there.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gristmill.checks.predicates import Binder, NotCompiledError, Stored, bound
from gristmill.checks.types import NUMBERS, TIMES
from gristmill.errors import CheckError, Problem

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_VALUE = r"'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|true\b|false\b"
_NAME = r'[^\W\d]\w*|"[^"]+"'
_ATOM = re.compile(
    rf"(?P<column>{_NAME})\s*(?:"
    r"(?P<null>is\s+not\s+null|is\s+null)"
    rf"|(?P<list>not\s+in|in)\s*\(\s*(?P<values>(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\)"
    rf"|(?P<sign><=|>=|!=|<>|<|>|==?)\s*(?:(?P<value>{_VALUE})|(?P<other>{_NAME}))"
    r")\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"and\b\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Atom:
    """One comparison: a column and a sign, with values or another column."""

    column: str
    sign: str
    """A sign of COMPARISONS, ``in``, ``not in``, ``is null`` or ``is not null``."""
    literals: tuple[Any, ...] = ()
    other: str | None = None

    @property
    def names(self) -> list[str]:
        """The columns it speaks of."""
        return [self.column, *([self.other] if self.other else [])]


@dataclass(frozen=True)
class Conditional:
    """A whole rule; ``text`` is as its author wrote it."""

    text: str
    when: tuple[Atom, ...]
    then: tuple[Atom, ...]

    @property
    def names(self) -> list[str]:
        """The columns it speaks of, each once."""
        return list(dict.fromkeys(name for atom in (*self.when, *self.then) for name in atom.names))


def conditionals(statements: str | Sequence[str]) -> list[Conditional]:
    """The rules of ``conditional``; raises CheckError for what cannot be read."""
    found = []
    for text in [statements] if isinstance(statements, str) else statements:
        tidy = " ".join(text.split())
        head = re.match(r"when\s+", tidy, re.IGNORECASE)
        when, at = _atoms(tidy, head.end()) if head else ((), 0)
        middle = re.compile(r"then\s+", re.IGNORECASE).match(tidy, at) if when else None
        then, end = _atoms(tidy, middle.end()) if middle else ((), 0)
        if not then or end != len(tidy):
            raise CheckError(
                Problem(
                    f"The rule {text!r} cannot be read from {tidy[max(at, end) :] or 'its end'!r} on.",
                    expected="when status = 'completed' then amount > 0 and ordered_at is not null",
                    hint="texts and dates stand in single quotes; conditions are joined by and",
                )
            )
        found.append(Conditional(tidy, when, then))
    return found


def _atoms(text: str, at: int) -> tuple[tuple[Atom, ...], int]:
    """The conditions that begin at a place of the text, and where they end."""
    atoms: list[Atom] = []
    while match := _ATOM.match(text, at):
        atoms.append(_atom(match))
        at = match.end()
        joined = _AND.match(text, at)
        if not joined:
            break
        at = joined.end()
    return tuple(atoms), at


def _atom(match: re.Match[str]) -> Atom:
    column = match["column"].strip('"')
    if match["null"]:
        return Atom(column, " ".join(match["null"].lower().split()))
    if match["list"]:
        values = tuple(_literal(one) for one in re.findall(_VALUE, match["values"], re.IGNORECASE))
        return Atom(column, " ".join(match["list"].lower().split()), values)
    sign = {"==": "=", "<>": "!="}.get(match["sign"], match["sign"])
    if match["value"] is not None:
        return Atom(column, sign, (_literal(match["value"]),))
    return Atom(column, sign, other=match["other"].strip('"'))


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return float(text) if "." in text else int(text)


# -- in pandas --------------------------------------------------------------------------------------


def holds(rule: Conditional, frame: pd.DataFrame) -> pd.Series:
    """True for rows that keep the rule or are not spoken of."""
    when = pd.Series(True, index=frame.index)
    for atom in rule.when:
        when &= _true(atom, frame, unknown=False)
    then = pd.Series(True, index=frame.index)
    for atom in rule.then:
        then &= _true(atom, frame, unknown=True)
    return ~when | then


def _true(atom: Atom, frame: pd.DataFrame, *, unknown: bool) -> pd.Series:
    data = frame[atom.column]
    if "null" in atom.sign:
        return data.notna() if "not" in atom.sign else data.isna()
    known = data.notna()
    if "in" in atom.sign:
        inside = data.isin(list(atom.literals))
        found = ~inside if "not" in atom.sign else inside
    else:
        other: Any = atom.literals[0] if atom.other is None else frame[atom.other]
        if atom.other is not None:
            known &= frame[atom.other].notna()
        if isinstance(other, str) and pd.api.types.is_datetime64_any_dtype(data):
            other = pd.Timestamp(other)
        found = COMPARISONS[atom.sign](data, other)
    return found.fillna(unknown).astype(bool).where(known, unknown)


# -- in the database --------------------------------------------------------------------------------


def to_sql(rule: Conditional, stored: Mapping[str, Stored], bind: Binder) -> tuple[str, str]:
    """``judged`` and ``fails``, neither ever null. Raises NotCompiledError for types that do not compare."""
    when = " and ".join(_condition(atom, stored, bind, unknown=False) for atom in rule.when)
    then = " and ".join(_condition(atom, stored, bind, unknown=True) for atom in rule.then)
    return f"({when})", f"({when}) and not ({then})"


def _condition(atom: Atom, stored: Mapping[str, Stored], bind: Binder, *, unknown: bool) -> str:
    column = stored[atom.column]
    if "null" in atom.sign:
        return f"not {column.missing}" if "not" in atom.sign else column.missing
    if "in" in atom.sign:
        values = ", ".join(bind(bound(column, value)) for value in atom.literals)
        said = f"{column.number} {atom.sign} ({values})"
        known = column.not_null
    elif atom.other is not None:
        other = stored[atom.other]
        kinds = {column.family, other.family}
        if not (kinds <= set(TIMES) or kinds <= set(NUMBERS) or (len(kinds) == 1 and "other" not in kinds)):
            raise NotCompiledError(f"{column.type} beside {other.type}")
        said = f"{column.number} {_sign(atom)} {other.number}"
        known = f"{column.not_null} and {other.not_null}"
    else:
        said = f"{column.number} {_sign(atom)} {bind(bound(column, atom.literals[0]))}"
        known = column.not_null
    return f"(not ({known}) or {said})" if unknown else f"({known} and {said})"


def _sign(atom: Atom) -> str:
    return "<>" if atom.sign == "!=" else atom.sign
