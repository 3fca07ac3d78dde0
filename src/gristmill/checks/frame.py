"""The half of the compiler that speaks of the relation as a whole: its columns, and rules over several of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pandera.api.checks import Check

from gristmill.checks import conditions, types, words
from gristmill.checks.base import Base, spoken
from gristmill.checks.column import Words
from gristmill.checks.methods import Comparison, comparisons, dependencies, method_of
from gristmill.checks.predicates import NotCompiledError
from gristmill.checks.rules import (
    AcrossRule,
    BeforeRule,
    DependencyRule,
    PythonRule,
    RowRule,
    Rule,
    UniqueRule,
    WholeRule,
)

KEEP = {"all": "all", "exclude_first": "first", "exclude_last": "last"}
"""Pandera's report_duplicates as the row of a group that is let off."""


class FrameRules(Base):
    """Rules that are not about one column alone."""

    def layout(self) -> Iterator[Rule]:
        """Strict and ordered, and what a relation cannot have."""
        wanted: dict[str, None] = {}
        for name, column in self.schema.columns.items():
            wanted |= dict.fromkeys(self.matched(str(name), column))
        known = [name for name in self.stored if name in wanted]
        if self.schema.strict is True:
            more = [name for name in self.stored if name not in wanted]
            note = f"also there: {', '.join(more)}" if more else ""
            yield self.settled("strict", None, words.only_columns(), self.words, holds=not more, note=note)
        if self.schema.ordered:
            yield self.settled(
                "ordered", None, words.in_order(), self.words, holds=known == list(wanted),
                note="" if known == list(wanted) else f"the schema has {', '.join(wanted)}",
            )  # fmt: skip
        for what, there in (("index", self.schema.index), ("parsers", self.schema.parsers)):
            if there:
                note = f"a relation in the database has no {what}: this part of the schema is not checked"
                wording = words.own("relation", f"the {what} of the schema")
                yield self.settled(what, None, wording, self.words, holds=False, note=note, broken=True)

    def joint(self) -> Iterator[Rule]:
        """Columns that are unique together."""
        for names in joint_lists(self.schema.unique):
            there = [name for name in names if name in self.stored]
            if there:
                yield self.unique(there, self.schema.report_duplicates, self.words)

    def unique(self, names: Sequence[str], report: str, said: Words) -> Rule:
        """No value, or combination of values, twice."""
        column = names[0] if len(names) == 1 else None
        label = "unique" if column else f"unique({', '.join(names)})"
        common = self.common(label, column, words.unique(names), said, kind="unique")
        sql: list[str] = []
        for one in (self.stored[name] for name in names):
            sql.append(one.same)
            if one.cast:
                # Texts that cannot be converted are the same only as the same text.
                sql.append(f"case when {one.unreadable} then {one.raw} end")
        about = () if column else tuple(names)
        return UniqueRule(**common, columns=tuple(sql), keep=KEEP[report], about=about)

    def frame_checks(self) -> Iterator[Rule]:
        """The checks of the schema itself."""
        for check in self.schema.checks:
            name, said = method_of(check) or ("", {})
            if name == "row_rule":
                yield from self._row_rules(check, said["statements"])
            elif name == "conditional":
                yield from self._conditionals(check, said["statements"])
            elif name == "functional_dependency":
                yield from self._dependencies(check, said["statements"])
            elif name == "unique_across_sources":
                yield from self._across(check, said["columns"])
            elif name == "row_count":
                yield self._row_count(check, said)
            elif name == "row_count_band":
                yield self._band(check, said)
            else:
                wording = words.own("each row", spoken(check), check.description or check.title)
                common = self.common(check_name(check), None, wording, self.words, check=check)
                yield PythonRule(**common, make=check, why="a check of whole rows, written in Python")

    def _row_rules(self, check: Check, statements: str | Sequence[str]) -> Iterator[Rule]:
        for rule in comparisons(statements):
            label, sides = f"row_rule({rule})", (rule.left, rule.right)
            time = any(name in self.stored and self.stored[name].family in types.TIMES for name in sides)
            wording = words.row_rule(rule.left, rule.sign, rule.right, time=time)
            gone = self.gone(sides, label, None, wording)
            if gone:
                yield gone
                continue
            common = self.common(label, None, wording, self.words, kind="row_rule", check=check)
            yield self._row_rule(rule, {**common, "about": sides})

    def _row_rule(self, rule: Comparison, common: dict[str, Any]) -> Rule:
        left, right = self.stored[rule.left], self.stored[rule.right]
        kinds = {left.family, right.family}
        if not (kinds <= set(types.TIMES) or kinds <= set(types.NUMBERS) or kinds == {"text"}):
            alone = Check.row_rule([str(rule)])
            return PythonRule(**common, make=alone, why=f"{left.type} beside {right.type}")
        judged = f"({left.not_null} and {right.not_null})"
        sign = "<>" if rule.sign == "!=" else rule.sign
        shown = f"concat_ws(' ', {left.raw}, '|', {right.raw})"
        holds = f"{left.number} {sign} {right.number}"
        return RowRule(**common, judged=judged, fails=f"{judged} and not ({holds})", value=shown)

    def _conditionals(self, check: Check, statements: str | Sequence[str]) -> Iterator[Rule]:
        for rule in conditions.conditionals(statements):
            label, wording = f"conditional({rule.text})", words.conditional(rule.text)
            gone = self.gone(rule.names, label, None, wording)
            if gone:
                yield gone
                continue
            common = self.common(label, None, wording, self.words, kind="conditional", check=check)
            common["about"] = tuple(rule.names)
            bind = self.binder()
            try:
                judged, fails = conditions.to_sql(rule, self.stored, bind)
            except NotCompiledError as why:
                yield PythonRule(**common, make=Check.conditional([rule.text]), why=str(why))
                continue
            shown = ", ' | ', ".join(
                f"coalesce(cast({self.stored[n].raw} as varchar), '–')" for n in rule.names
            )
            value = f"concat({shown})"
            yield RowRule(**common, judged=judged, fails=fails, value=value, params=bind.params)

    def _dependencies(self, check: Check, statements: str | Sequence[str]) -> Iterator[Rule]:
        for rule in dependencies(statements):
            label, wording = f"functional_dependency({rule})", words.dependency(rule.on, rule.column)
            gone = self.gone([*rule.on, rule.column], label, rule.column, wording)
            if gone:
                yield gone
                continue
            kind = "functional_dependency"
            common = self.common(label, rule.column, wording, self.words, kind=kind, check=check)
            parts = [self.stored[name] for name in (*rule.on, rule.column)]
            judged = " and ".join(one.not_null for one in parts)
            common["about"] = rule.on
            on = tuple(one.sql for one in parts[:-1])
            yield DependencyRule(**common, judged=f"({judged})", on=on, value=parts[-1].sql)

    def _across(self, check: Check, columns: str | Sequence[str]) -> Iterator[Rule]:
        for name in [columns] if isinstance(columns, str) else columns:
            label, wording = "unique_across_sources", words.across_sources(name)
            if "_source" not in self.stored:
                note = "rows of this relation do not say which source they come from (no column _source)"
                yield self.settled(label, name, wording, self.words, holds=False, note=note, broken=True)
                continue
            gone = self.gone([name], label, name, wording)
            common = self.common(label, name, wording, self.words, check=check)
            yield gone or AcrossRule(
                **common, judged=self.stored[name].not_null, value=self.stored[name].sql, source='"_source"'
            )

    def _row_count(self, check: Check, said: Mapping[str, Any]) -> Rule:
        low, high = said.get("min_value"), said.get("max_value")
        ends = [f"count(*) {sign} {int(end)}" for sign, end in ((">=", low), ("<=", high)) if end is not None]
        common = self.common("row_count", None, words.row_count(low, high), self.words, check=check)
        return WholeRule(**common, holds=" and ".join(ends) or "true")

    def _band(self, check: Check, said: Mapping[str, Any]) -> Rule:
        share, n_runs = float(said.get("share", 0.5)), int(said.get("runs", 5))
        common = self.common(
            "row_count_band", None, words.row_count_band(share, n_runs), self.words, check=check
        )
        return BeforeRule(**common, kind="row_count_band", limits={"share": share, "runs": n_runs})


SHORT = {
    "equal_to": "eq",
    "not_equal_to": "ne",
    "greater_than": "gt",
    "greater_than_or_equal_to": "ge",
    "less_than": "lt",
    "less_than_or_equal_to": "le",
}


def check_name(check: Check) -> str:
    """The short name of a check: Pandera's alias, our method's name, or what its author called it."""
    name = str(check.name)
    return SHORT.get(name, name)


def joint_lists(unique: Any) -> list[list[str]]:
    """Pandera's ``unique`` setting as a list of column lists."""
    if not unique:
        return []
    if isinstance(unique, str):
        return [[unique]]
    return [list(unique)] if all(isinstance(one, str) for one in unique) else [list(one) for one in unique]


def named_apart(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Rules of one name get ``#2``, ``#3`` in the order of the schema."""
    seen: dict[tuple[str | None, str], int] = {}
    for rule in rules:
        name = (rule.column, rule.check)
        seen[name] = seen.get(name, 0) + 1
        yield rule if seen[name] == 1 else replace(rule, check=f"{rule.check}#{seen[name]}")
