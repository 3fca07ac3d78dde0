"""Read a Pandera schema and say which rules it comes to, each judged in the cheapest exact way.

Nulls are settled here, as in Pandera's pandas backend: a check that ignores nulls neither judges nor
fails them; one that does not fails them, but for ``ne`` and ``notin``, which hold. (Pandas' masked
types answer <NA> there and Pandera then passes them or raises; we read them as it reads plain ones.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.api.checks import Check
from pandera.api.function_dispatch import Dispatcher

from gristmill.checks import types, words
from gristmill.checks.base import LINEAGE, Base, arguments, spoken, with_nulls
from gristmill.checks.batches import coercible
from gristmill.checks.column import Words
from gristmill.checks.frame import FrameRules, check_name, joint_lists, named_apart
from gristmill.checks.methods import method_of
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
from gristmill.checks.rules import BeforeRule, Plan, PythonRule, ReferenceRule, RowRule, Rule, WholeRule
from gristmill.checks.words import Wording
from gristmill.engine import Column, Engine, quote, quote_relation
from gristmill.errors import did_you_mean, listed


def compile_schema(
    relation: str,
    schema: pa.DataFrameSchema,
    columns: Sequence[Column],
    *,
    as_of: dt.date,
    from_file: bool = False,
    kept: Mapping[str, str] | None = None,
) -> Plan:
    """The plan that judges ``relation``, stored with ``columns``, by ``schema``.

    ``from_file``: texts are what a file held, so they are read as the schema's types, as pandas reads a
    file; ``kept`` names the columns that hold what was read so. Never raises for what the schema asks of the data: what cannot be applied becomes a rule whose
    verdict is ``error``. Raises CheckError when the metadata uses words that gristmill does not know.
    """
    return _Compiler(relation, schema, columns, as_of, from_file=from_file, kept=kept).plan()


def keep_converted(
    engine: Engine, relation: str, schema: pa.DataFrameSchema, columns: Sequence[Column], *, as_of: dt.date
) -> dict[str, str]:
    """Store a file's texts as the schema's types too, once for all rules; column → the column that holds them.

    The relation is made anew with one column more for each that is converted.
    """
    found = Base(relation, schema, columns, as_of, from_file=True).stored.values()
    taken = {column.name.lower() for column in columns}
    made = {}
    for i, one in enumerate(found):
        if one.cast:
            name = f"_read_{i}"
            while name in taken:
                name += "_"
            made[one.name] = (name, one.cast)
    if made:
        more = ", ".join(f"{sql} as {quote(name)}" for name, sql in made.values())
        engine.make(f"{relation}_read", f"select *, {more} from {quote_relation(relation)}")
        engine.drop(relation)
        engine.execute(
            f"alter table {quote_relation(f'{relation}_read')} rename to {quote(relation.partition('.')[2])}"
        )
    return {column: name for column, (name, _) in made.items()}


class _Compiler(FrameRules):
    """The half that speaks of columns, and the plan of both."""

    def plan(self) -> Plan:
        """All rules, in the order of the schema."""
        rules = [*self._columns(), *self.layout(), *self.joint(), *self.frame_checks()]
        lineage = {
            name: f'"{name}"' if name in self.names else f"cast(null as {type_})"
            for name, type_ in LINEAGE.items()
        }
        return Plan(self.relation, tuple(named_apart(rules)), self._key(), lineage, self.stored)

    def _key(self) -> str:
        columns = self.schema.columns.items()
        marked = [name for name, column in columns if Words.read(column.metadata).key]
        alone = [name for name, column in columns if column.unique][:1]
        joint = next(iter(joint_lists(self.schema.unique)), [])
        for names in (marked, alone, joint):
            if names and all(name in self.stored for name in names):
                parts = [f"cast({self.stored[name].raw} as varchar)" for name in names]
                # || is null as soon as one part is, so that the lineage below takes over.
                named = " || '|' || ".join(parts)
                return f"coalesce({named}, {self._place()})"
        return self._place()

    def _place(self) -> str:
        return "_file || '#' || _row" if {"_file", "_row"} <= set(self.names) else "null"

    def _columns(self) -> Iterator[Rule]:
        for name, column in self.schema.columns.items():
            said = Words.read(column.metadata, column.description)
            found = self.matched(str(name), column)
            found = [one for one in found if one in self.stored]
            if not found and column.required:
                near = did_you_mean(
                    str(name), self.stored, otherwise=f"the columns are {listed(list(self.stored))}"
                )
                wording, note = words.required(str(name)), f"Hint: {near}"
                yield self.settled("required", str(name), wording, said, holds=False, note=note, broken=True)
            for one in found:
                yield from self._column(self.stored[one], column, said)

    def _column(self, stored: Stored, column: Any, said: Words) -> Iterator[Rule]:
        wanted = self.dtype_of(column)
        fits = True if wanted is None else types.fits(wanted, self.as_stored[stored.name].type)
        in_python = self.is_coerced(column) and not fits and not stored.cast
        if column.parsers:
            note = "parsers change the data before it is checked; gristmill checks what is stored"
            wording = words.own(stored.name, "its parsers leave the data as it is")
            yield self.settled("parsers", stored.name, wording, said, holds=False, note=note, broken=True)
        if wanted is not None:
            yield self._dtype(stored, wanted, said, fits=fits, in_python=in_python)
        if "not_null" in said.max_share or (not column.nullable and column.default is None):
            yield self._not_null(stored, said)
        if column.unique:
            yield self.unique((stored.name,), column.report_duplicates, said)
        checks = list(column.checks)
        if types.categories(wanted):
            checks.insert(0, Check.isin(types.categories(wanted)))
        for check in checks:
            yield self._column_check(stored, check, said, wanted if in_python else None)

    def _dtype(self, stored: Stored, wanted: Any, said: Words, *, fits: bool | None, in_python: bool) -> Rule:
        wording = words.dtype(stored.name, types.spoken(wanted))
        if stored.cast:
            wording = words.readable(stored.name, types.spoken(wanted))
            common = self.common("dtype", stored.name, wording, said)
            judged = f"{stored.raw} is not null" if stored.gaps else "true"
            return RowRule(**common, judged=judged, fails=stored.unreadable, value=stored.raw)
        if in_python:
            why = f"{stored.type} is converted by Pandera"
            common = self.common("dtype", stored.name, wording, said)
            return PythonRule(**common, make=Check(partial(_can_be, wanted), name="dtype"), why=why)
        note, holds = f"stored as {stored.type}", bool(fits)
        return self.settled("dtype", stored.name, wording, said, holds=holds, note=note, broken=fits is None)

    def _not_null(self, stored: Stored, said: Words) -> Rule:
        wording = words.not_null(stored.name, said.max_share_of("not_null"), said.max_growth_of("not_null"))
        common = self.common("not_null", stored.name, wording, said)
        return RowRule(**common, judged="true", fails=stored.missing, value=None)

    def _column_check(self, stored: Stored, check: Check, said: Words, coerced: Any) -> Rule:
        label, kind = check_name(check), _built_in_name(check) or check_name(check)
        wording = words.own(stored.name, spoken(check), check.description or check.title)
        ours = method_of(check)
        try:
            _refuse_python(stored, check, coerced)
            if ours and ours[0] == "refers_to":
                return self._reference(stored, check, ours[1], said)
            if ours and ours[0] == "fresh":
                return self._fresh(stored, check, ours[1], said)
            if kind == "unique_values_eq" and _built_in_name(check):
                return self._exactly(stored, check, said)
            if ours and ours[0] in ("drift", "same_categories"):
                return self._before(stored, check, *ours, said)
            condition, bind = self._condition(stored, check)
        except NotCompiledError as why:
            common = self.common(label, stored.name, wording, said, kind=kind, check=check)
            return PythonRule(**common, make=check, why=str(why), coerced=coerced)
        judged, fails = with_nulls(
            stored, condition.holds, holds_of_null=kind in HOLDS_OF_NULL, ignore_na=check.ignore_na
        )
        sentence = check.description or check.title or condition.wording.sentence
        wording = Wording(sentence, condition.wording.reason)
        common = self.common(label, stored.name, wording, said, kind=kind, check=check)
        return RowRule(**common, judged=judged, fails=fails, value=stored.raw, params=bind.params)

    def _condition(self, stored: Stored, check: Check) -> tuple[Condition, Binder]:
        bind = self.binder()
        ours, name = method_of(check), _built_in_name(check)
        if ours:
            return our_own(stored, *ours, bind, self.as_of), bind
        if name:
            said = arguments(check)
            return built_in(stored, name, said, bind, ignore_na=check.ignore_na), bind
        raise NotCompiledError("a check written in Python")

    def _reference(self, stored: Stored, check: Check, said: Mapping[str, Any], words_: Words) -> Rule:
        relation, other = str(said["relation"]), str(said["column"])
        wording = words.refers_to(stored.name, relation, other)
        common = self.common("refers_to", stored.name, wording, words_, check=check)
        return ReferenceRule(
            **common, judged=stored.not_null, value=stored.sql, relation=relation, other=other
        )

    def _fresh(self, stored: Stored, check: Check, said: Mapping[str, Any], words_: Words) -> Rule:
        if stored.family not in types.TIMES:
            raise NotCompiledError(f"fresh on {stored.type}")
        days, bind = int(said["days"]), self.binder()
        common = self.common("fresh", stored.name, words.fresh(stored.name, days), words_, check=check)
        oldest = dt.datetime.combine(self.as_of, dt.time()) - dt.timedelta(days=days)
        holds = f"coalesce(max({stored.sql}) >= {bind(oldest)}, false)"
        note = f"'the newest is ' || coalesce(cast(max({stored.sql}) as varchar), 'not there')"
        return WholeRule(**common, holds=holds, params=bind.params, note=note)

    def _before(
        self, stored: Stored, check: Check, name: str, said: Mapping[str, Any], words_: Words
    ) -> Rule:
        if name == "drift":
            limits = {"max_psi": float(said.get("max_psi", 0.25))}
            wording = words.drift(stored.name, limits["max_psi"])
        else:
            limits = {"new": int(said.get("new", 0)), "gone": int(said.get("gone", 0))}
            wording = words.same_categories(stored.name, int(limits["new"]), int(limits["gone"]))
        common = self.common(name, stored.name, wording, words_, check=check)
        return BeforeRule(**common, kind=name, limits=limits, stored=stored, personal=words_.pii != "none")

    def _exactly(self, stored: Stored, check: Check, said: Words) -> Rule:
        wanted = list(arguments(check)["values"])
        if not check.ignore_na or stored.family not in ("text", "integer", "double", "boolean"):
            raise NotCompiledError(f"a set of values of {stored.type}")
        bind = self.binder()
        inside = [bind(bound(stored, value)) for value in wanted]
        here = f"{stored.not_null} and {stored.sql} in ({', '.join(inside)})" if inside else "false"
        holds = (
            f"count(distinct {stored.sql}) filter (where {here}) = {len(wanted)}"
            f" and count(*) filter (where {stored.not_null} and not ({here})) = 0"
        )
        wording = words.exactly(stored.name, wanted)
        common = self.common("unique_values_eq", stored.name, wording, said, check=check)
        return WholeRule(**common, holds=holds, params=bind.params)


def _can_be(wanted: Any, data: pd.Series) -> pd.Series:
    """Whether Pandera can convert each value to the type."""
    return pd.Series(data.index.isin(coercible(wanted, data).index), index=data.index)


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
