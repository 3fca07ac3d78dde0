"""What the two halves of the compiler share: the schema, what is stored, and how a rule gets its name and weight."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandera.pandas as pa
from pandera.api.checks import Check

from gristmill.checks import types
from gristmill.checks.coerce import converted
from gristmill.checks.column import Words
from gristmill.checks.predicates import Binder, Stored
from gristmill.checks.rules import Rule, SettledRule
from gristmill.checks.words import Wording
from gristmill.engine import Column, quote
from gristmill.errors import did_you_mean, listed

LINEAGE = {"_source": "varchar", "_file": "varchar", "_row": "bigint"}
"""Columns that say where a row comes from; they are gristmill's own, so no schema need name them."""
DIMENSION_OF = {
    "not_null": "completeness",
    "unique": "uniqueness",
    "unique_across_sources": "uniqueness",
    "refers_to": "consistency",
    "row_rule": "consistency",
    "conditional": "consistency",
    "functional_dependency": "consistency",
    "same_categories": "consistency",
    "drift": "consistency",
    "not_in_future": "timeliness",
    "fresh": "timeliness",
    "row_count": "completeness",
    "row_count_band": "completeness",
    "required": "completeness",
}


class Base:
    """One compilation: the schema, what is stored, and the words of both."""

    def __init__(
        self,
        relation: str,
        schema: pa.DataFrameSchema,
        columns: Sequence[Column],
        as_of: dt.date,
        *,
        from_file: bool,
        kept: Mapping[str, str] | None = None,
    ) -> None:
        self.relation, self.schema, self.as_of, self.from_file = relation, schema, as_of, from_file
        self.names = [column.name for column in columns]
        self.stored = {
            column.name: Stored.of(column)
            for column in columns
            # In a file these three were added by the reader.
            if not (from_file and column.name in LINEAGE)
        }
        self.words = Words.read(getattr(schema, "metadata", None))
        self.n_bound = 0
        self.as_stored = dict(self.stored)
        for name, column in schema.columns.items():
            for one in self.matched(str(name), column):
                made = self._read_as(self.stored[one], column)
                if made:
                    self.stored[one] = replace(made, cast=quote(kept[one])) if kept else made

    def matched(self, name: str, column: Any) -> list[str]:
        """The stored columns that a column of the schema speaks of."""
        if column.regex:
            return [one for one in self.as_stored if re.match(name, one)]
        return [name] if name in self.as_stored else []

    def dtype_of(self, column: Any) -> Any:
        """The type the schema asks for; None when it asks for none.

        A column of a file that is compared with numbers is one of numbers: pandas would have read it so.
        """
        said = column.dtype if column.dtype is not None else self.schema.dtype
        if said is None and self.from_file and any(map(_asks_for_numbers, column.checks)):
            return NUMBERS
        return said

    def is_coerced(self, column: Any) -> bool:
        """Whether Pandera would convert the column before it judges it."""
        return bool(column.coerce or self.schema.coerce)

    def _read_as(self, stored: Stored, column: Any) -> Stored | None:
        wanted = self.dtype_of(column)
        if wanted is None or types.fits(wanted, stored.type):
            return None
        if self.from_file or self.is_coerced(column):
            return converted(stored, wanted, from_file=self.from_file)
        return None

    def binder(self) -> Binder:
        """Parameter names of its own for one rule."""
        self.n_bound += 1
        return Binder(f"c{self.n_bound}")

    def common(
        self,
        label: str,
        column: str | None,
        wording: Wording,
        said: Words,
        *,
        kind: str | None = None,
        check: Check | None = None,
    ) -> dict[str, Any]:
        """What every rule has."""
        names = (label, kind or label, str(check.name) if check is not None else label)
        usual = DIMENSION_OF.get(kind or label, "validity")
        return {
            "check": label,
            "column": column,
            "wording": wording,
            "severity": said.severity_of(*names),
            "dimension": said.dimension_of(*names, otherwise=usual),
            "max_share": said.max_share_of(*names),
            "max_growth": said.max_growth_of(*names),
            "only_warns": bool(check is not None and check.raise_warning),
            "cap": check.n_failure_cases if check is not None else None,
            "owner": said.owner_of(*names) or self.words.owner_of(*names),
            "quarantines": said.quarantines(*names),
        }

    def settled(
        self,
        label: str,
        column: str | None,
        wording: Wording,
        said: Words,
        *,
        holds: bool,
        note: str = "",
        broken: bool = False,
    ) -> Rule:
        """A rule whose outcome is known before any row is read."""
        common = self.common(label, column, wording, said)
        return SettledRule(**{**common, "max_share": 0.0}, holds=holds, note=note, broken=broken)

    def gone(self, names: Sequence[str], label: str, column: str | None, wording: Wording) -> Rule | None:
        """A rule that cannot be applied because a column it speaks of is not there; None when all are."""
        missing = [name for name in names if name not in self.stored]
        if not missing:
            return None
        near = did_you_mean(missing[0], self.stored, otherwise=f"the columns are {listed(list(self.stored))}")
        note = f"there is no column {missing[0]}. Hint: {near}"
        return self.settled(label, column, wording, self.words, holds=False, note=note, broken=True)


NUMBERS = pa.Column(float).dtype


def _asks_for_numbers(check: Check) -> bool:
    """Whether a built-in check compares values with numbers."""
    if str(check.name).startswith("str_"):
        return False
    said = [arguments(check).get(name) for name in ("value", "min_value", "max_value")]
    return any(isinstance(one, int | float) and not isinstance(one, bool) for one in said)


def arguments(check: Check) -> dict[str, Any]:
    """What the schema gave a check."""
    return dict(check._check_kwargs)  # noqa: SLF001 - Pandera has no public way to ask


def spoken(check: Check) -> str:
    """What its author says of a check."""
    error = check.error if isinstance(check.error, str) else None
    return error or str(check.name).strip("<>").replace("_", " ")


def with_nulls(stored: Stored, holds: str, *, holds_of_null: bool, ignore_na: bool) -> tuple[str, str]:
    """``judged`` and ``fails`` of a check, neither of them ever null."""
    if ignore_na:
        return stored.not_null, f"{stored.not_null} and not ({holds})"
    judged = f"not {stored.unreadable}" if stored.cast else "true"
    if holds_of_null:
        return judged, f"{stored.not_null} and not ({holds})"
    return judged, f"{stored.missing} or ({stored.not_null} and not ({holds}))"
