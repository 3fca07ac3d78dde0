"""Read a Pandera schema and say which rules it comes to, each judged in the cheapest exact way.

Nulls are settled here, as in Pandera's pandas backend: a check that ignores nulls neither judges nor
fails them; one that does not fails them, but for ``ne`` and ``notin``, which hold. (Pandas' masked
types answer <NA> there and Pandera then passes them or raises; we read them as it reads plain ones.)
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandera.pandas as pa
from pandera.api.checks import Check
from pandera.api.function_dispatch import Dispatcher

from gristmill.checks import types, words
from gristmill.checks.column import Words
from gristmill.checks.methods import Comparison, comparisons, method_of
from gristmill.checks.predicates import (
    HOLDS_OF_NULL,
    Binder,
    Condition,
    NotCompiledError,
    Stored,
    bound,
    built_in,
    our_own,
)
from gristmill.checks.rules import (
    Plan,
    PythonRule,
    ReferenceRule,
    RowRule,
    Rule,
    SettledRule,
    UniqueRule,
    WholeRule,
)
from gristmill.checks.words import Wording
from gristmill.engine import Column
from gristmill.errors import did_you_mean

SHORT = {
    "equal_to": "eq",
    "not_equal_to": "ne",
    "greater_than": "gt",
    "greater_than_or_equal_to": "ge",
    "less_than": "lt",
    "less_than_or_equal_to": "le",
}
KEEP = {"all": "all", "exclude_first": "first", "exclude_last": "last"}
"""Pandera's report_duplicates as the row of a group that is let off."""
DIMENSION_OF = {
    "not_null": "completeness",
    "unique": "uniqueness",
    "refers_to": "consistency",
    "row_rule": "consistency",
    "not_in_future": "timeliness",
    "row_count": "completeness",
    "required": "completeness",
}


def compile_schema(
    relation: str, schema: pa.DataFrameSchema, columns: Sequence[Column], *, as_of: dt.date
) -> Plan:
    """The plan that judges ``relation``, stored with ``columns``, by ``schema``.

    Never raises for what the schema asks of the data: what cannot be applied becomes a rule whose
    verdict is ``error``. Raises CheckError when the metadata uses words that gristmill does not know.
    """
    return _Compiler(relation, schema, columns, as_of).plan()


def check_name(check: Check) -> str:
    """The short name of a check: Pandera's alias, our method's name, or what its author called it."""
    name = str(check.name)
    return SHORT.get(name, name)


class _Compiler:
    """One compilation: the schema, what is stored, and the rules so far."""

    def __init__(
        self, relation: str, schema: pa.DataFrameSchema, columns: Sequence[Column], as_of: dt.date
    ) -> None:
        self.relation, self.schema, self.as_of = relation, schema, as_of
        self.stored = {column.name: Stored.of(column) for column in columns}
        self.words = Words.read(getattr(schema, "metadata", None))
        self.n_bound = 0

    def plan(self) -> Plan:
        rules = [*self._columns(), *self._layout(), *self._joint(), *self._frame_checks()]
        lineage = {
            name: f'"{name}"' if name in self.stored else f"cast(null as {type_})"
            for name, type_ in (("_source", "varchar"), ("_file", "varchar"), ("_row", "bigint"))
        }
        return Plan(self.relation, tuple(_named_apart(rules)), self._key(), lineage)

    def _key(self) -> str:
        columns = self.schema.columns.items()
        marked = [name for name, column in columns if Words.read(column.metadata).key]
        alone = [name for name, column in columns if column.unique][:1]
        joint = next(iter(_joint_lists(self.schema.unique)), [])
        for names in (marked, alone, joint):
            if names and all(name in self.stored for name in names):
                parts = [f"cast({self.stored[name].sql} as varchar)" for name in names]
                # || is null as soon as one part is, so that the lineage below takes over.
                named = " || '|' || ".join(parts)
                return f"coalesce({named}, {self._place()})"
        return self._place()

    def _place(self) -> str:
        return "_file || '#' || _row" if {"_file", "_row"} <= self.stored.keys() else "null"

    def _binder(self) -> Binder:
        self.n_bound += 1
        return Binder(f"c{self.n_bound}")

    # Columns -----------------------------------------------------------------------------------

    def _columns(self) -> Iterator[Rule]:
        for name, column in self.schema.columns.items():
            said = Words.read(column.metadata, column.description)
            if column.regex:
                found = [one for one in self.stored if re.match(str(name), one)]
            else:
                found = [name] if name in self.stored else []
            if not found and column.required:
                near = did_you_mean(str(name), self.stored, otherwise="the relation has other columns")
                yield self._settled(
                    "required",
                    str(name),
                    words.required(str(name)),
                    said,
                    holds=False,
                    note=f"Hint: {near}",
                    broken=True,
                )
            for one in found:
                yield from self._column(self.stored[one], column, said)

    def _column(self, stored: Stored, column: Any, said: Words) -> Iterator[Rule]:
        fits = True if column.dtype is None else types.fits(column.dtype, stored.type)
        coerced = column if column.coerce and not fits else None
        if column.parsers:
            note = "parsers change the data before it is checked; gristmill checks what is stored"
            wording = words.own(stored.name, "its parsers leave the data as it is")
            yield self._settled("parsers", stored.name, wording, said, holds=False, note=note, broken=True)
        if column.dtype is not None:
            note = f"stored as {stored.type}" + (", converted by the schema" if coerced else "")
            wording = words.dtype(stored.name, types.spoken(column.dtype))
            holds = bool(fits) or coerced is not None
            yield self._settled(
                "dtype", stored.name, wording, said, holds=holds, note=note, broken=fits is None
            )
        if "not_null" in said.max_share or (not column.nullable and column.default is None):
            yield self._not_null(stored, said)
        if column.unique:
            yield self._unique((stored.name,), column.report_duplicates, said)
        for check in column.checks:
            yield self._column_check(stored, check, said, coerced)

    def _not_null(self, stored: Stored, said: Words) -> Rule:
        wording = words.not_null(stored.name, said.max_share_of("not_null"))
        common = self._common("not_null", stored.name, wording, said)
        return RowRule(**common, judged="true", fails=stored.is_null, value=None)

    def _unique(self, names: Sequence[str], report: str, said: Words) -> Rule:
        column = names[0] if len(names) == 1 else None
        label = "unique" if column else f"unique({', '.join(names)})"
        common = self._common(label, column, words.unique(names), said, kind="unique")
        parts = [self.stored[name] for name in names]
        return UniqueRule(
            **common,
            columns=tuple(one.same for one in parts),
            keep=KEEP[report],
        )

    def _column_check(self, stored: Stored, check: Check, said: Words, coerced: Any) -> Rule:
        label, kind = check_name(check), _built_in_name(check) or check_name(check)
        wording = words.own(stored.name, _spoken(check), check.description or check.title)
        try:
            _refuse_python(stored, check, coerced)
            ours = method_of(check)
            if ours and ours[0] == "refers_to":
                return self._reference(stored, check, ours[1], said)
            if kind == "unique_values_eq" and _built_in_name(check):
                return self._exactly(stored, check, said)
            condition, bind = self._condition(stored, check)
        except NotCompiledError as why:
            common = self._common(label, stored.name, wording, said, kind=kind, check=check)
            return PythonRule(**common, make=check, why=str(why), coerced=coerced)
        judged, fails = _with_nulls(stored, condition.holds, kind, ignore_na=check.ignore_na)
        sentence = check.description or check.title or condition.wording.sentence
        common = self._common(
            label, stored.name, Wording(sentence, condition.wording.reason), said, kind=kind, check=check
        )
        return RowRule(**common, judged=judged, fails=fails, value=stored.sql, params=bind.params)

    def _condition(self, stored: Stored, check: Check) -> tuple[Condition, Binder]:
        bind = self._binder()
        ours, name = method_of(check), _built_in_name(check)
        if ours:
            return our_own(stored, *ours, bind, self.as_of), bind
        if name:
            said = _arguments(check)
            return built_in(stored, name, said, bind, ignore_na=check.ignore_na), bind
        raise NotCompiledError("a check written in Python")

    def _reference(self, stored: Stored, check: Check, said: Mapping[str, Any], words_: Words) -> Rule:
        relation, other = str(said["relation"]), str(said["column"])
        wording = words.refers_to(stored.name, relation, other)
        common = self._common("refers_to", stored.name, wording, words_, check=check)
        return ReferenceRule(
            **common, judged=stored.not_null, value=stored.sql, relation=relation, other=other
        )

    def _exactly(self, stored: Stored, check: Check, said: Words) -> Rule:
        wanted = list(_arguments(check)["values"])
        if not check.ignore_na or stored.family not in ("text", "integer", "double", "boolean"):
            raise NotCompiledError(f"a set of values of {stored.type}")
        bind = self._binder()
        inside = [bind(bound(stored, value)) for value in wanted]
        here = f"{stored.not_null} and {stored.sql} in ({', '.join(inside)})" if inside else "false"
        holds = (
            f"count(distinct {stored.sql}) filter (where {here}) = {len(wanted)}"
            f" and count(*) filter (where {stored.not_null} and not ({here})) = 0"
        )
        wording = words.exactly(stored.name, wanted)
        common = self._common("unique_values_eq", stored.name, wording, said, check=check)
        return WholeRule(**common, holds=holds, params=bind.params)

    # The relation as a whole -------------------------------------------------------------------

    def _layout(self) -> Iterator[Rule]:
        known = [name for name in self.stored if self._in_schema(name)]
        if self.schema.strict is True:
            more = [name for name in self.stored if name not in known]
            note = f"also there: {', '.join(more)}" if more else ""
            yield self._settled("strict", None, words.only_columns(), self.words, holds=not more, note=note)
        if self.schema.ordered:
            wanted = [name for name in self.schema.columns if name in self.stored]
            yield self._settled("ordered", None, words.in_order(), self.words, holds=known == wanted)
        for what, there in (("index", self.schema.index), ("parsers", self.schema.parsers)):
            if there:
                note = f"a relation in the database has no {what}: this part of the schema is not checked"
                wording = words.own("relation", f"the {what} of the schema")
                yield self._settled(what, None, wording, self.words, holds=False, note=note, broken=True)

    def _in_schema(self, name: str) -> bool:
        columns = self.schema.columns
        return name in columns or any(c.regex and re.match(str(n), name) for n, c in columns.items())

    def _joint(self) -> Iterator[Rule]:
        for names in _joint_lists(self.schema.unique):
            there = [name for name in names if name in self.stored]
            if there:
                yield self._unique(there, self.schema.report_duplicates, self.words)

    def _frame_checks(self) -> Iterator[Rule]:
        for check in self.schema.checks:
            ours = method_of(check)
            if ours and ours[0] == "row_rule":
                yield from self._row_rules(check, ours[1]["statements"])
            elif ours and ours[0] == "row_count":
                yield self._row_count(check, ours[1])
            else:
                wording = words.own("each row", _spoken(check), check.description or check.title)
                common = self._common(check_name(check), None, wording, self.words, check=check)
                yield PythonRule(**common, make=check, why="a check of whole rows, written in Python")

    def _row_rules(self, check: Check, statements: str | Sequence[str]) -> Iterator[Rule]:
        for rule in comparisons(statements):
            label, sides = f"row_rule({rule})", (rule.left, rule.right)
            time = any(name in self.stored and self.stored[name].family in types.TIMES for name in sides)
            wording = words.row_rule(rule.left, rule.sign, rule.right, time=time)
            gone = [name for name in sides if name not in self.stored]
            if gone:
                near = did_you_mean(gone[0], self.stored, otherwise="the relation has other columns")
                note = f"there is no column {gone[0]}. Hint: {near}"
                yield self._settled(label, None, wording, self.words, holds=False, note=note, broken=True)
                continue
            common = self._common(label, None, wording, self.words, kind="row_rule", check=check)
            yield self._row_rule(rule, common)

    def _row_rule(self, rule: Comparison, common: dict[str, Any]) -> Rule:
        left, right = self.stored[rule.left], self.stored[rule.right]
        kinds = {left.family, right.family}
        if not (kinds <= set(types.TIMES) or kinds <= set(types.NUMBERS) or kinds == {"text"}):
            alone = Check.row_rule([str(rule)])
            return PythonRule(**common, make=alone, why=f"{left.type} beside {right.type}")
        judged = f"({left.not_null} and {right.not_null})"
        sign = "<>" if rule.sign == "!=" else rule.sign
        shown = f"concat_ws(' ', {left.sql}, '|', {right.sql})"
        holds = f"{left.number} {sign} {right.number}"
        return RowRule(**common, judged=judged, fails=f"{judged} and not ({holds})", value=shown)

    def _row_count(self, check: Check, said: Mapping[str, Any]) -> Rule:
        low, high = said.get("min_value"), said.get("max_value")
        ends = [f"count(*) {sign} {int(end)}" for sign, end in ((">=", low), ("<=", high)) if end is not None]
        common = self._common("row_count", None, words.row_count(low, high), self.words, check=check)
        return WholeRule(**common, holds=" and ".join(ends) or "true")

    # What every rule has -----------------------------------------------------------------------

    def _common(
        self,
        label: str,
        column: str | None,
        wording: Wording,
        said: Words,
        *,
        kind: str | None = None,
        check: Check | None = None,
    ) -> dict[str, Any]:
        names = (label, kind or label, str(check.name) if check is not None else label)
        usual = DIMENSION_OF.get(kind or label, "validity")
        return {
            "check": label,
            "column": column,
            "wording": wording,
            "severity": said.severity_of(*names),
            "dimension": said.dimension_of(*names, otherwise=usual),
            "max_share": said.max_share_of(*names),
            "only_warns": bool(check is not None and check.raise_warning),
            "cap": check.n_failure_cases if check is not None else None,
        }

    def _settled(
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
        common = self._common(label, column, wording, said)
        return SettledRule(**{**common, "max_share": 0.0}, holds=holds, note=note, broken=broken)


def _with_nulls(stored: Stored, holds: str, kind: str, *, ignore_na: bool) -> tuple[str, str]:
    """``judged`` and ``fails`` of a check, neither of them ever null."""
    if ignore_na:
        return stored.not_null, f"{stored.not_null} and not ({holds})"
    if kind in HOLDS_OF_NULL:
        return "true", f"{stored.not_null} and not ({holds})"
    return "true", f"{stored.is_null} or not ({holds})"


def _refuse_python(stored: Stored, check: Check, coerced: Any) -> None:
    if coerced is not None:
        raise NotCompiledError(f"{stored.type} is converted by Pandera first")
    if check.element_wise or check.groupby is not None:
        raise NotCompiledError("a check of single values or of groups, written in Python")


def _built_in_name(check: Check) -> str | None:
    """Pandera's full name of a built-in check, whatever name its author gave it; None for others."""
    # Models copy their checks, so the dispatcher is known by its kind and name, not by identity.
    made = check._check_fn  # noqa: SLF001 - Pandera has no public way to ask
    name = str(made.__name__) if isinstance(made, Dispatcher) else ""
    return name if name in Check.CHECK_FUNCTION_REGISTRY else None


def _arguments(check: Check) -> dict[str, Any]:
    return dict(check._check_kwargs)  # noqa: SLF001


def _joint_lists(unique: Any) -> list[list[str]]:
    """Pandera's ``unique`` setting as a list of column lists."""
    if not unique:
        return []
    if isinstance(unique, str):
        return [[unique]]
    return [list(unique)] if all(isinstance(one, str) for one in unique) else [list(one) for one in unique]


def _spoken(check: Check) -> str:
    error = check.error if isinstance(check.error, str) else None
    return error or str(check.name).strip("<>").replace("_", " ")


def _named_apart(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Rules of one name get ``#2``, ``#3`` in the order of the schema."""
    seen: dict[tuple[str | None, str], int] = {}
    for rule in rules:
        name = (rule.column, rule.check)
        seen[name] = seen.get(name, 0) + 1
        yield rule if seen[name] == 1 else replace(rule, check=f"{rule.check}#{seen[name]}")
