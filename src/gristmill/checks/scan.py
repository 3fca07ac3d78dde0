"""Ask the database for the counts of a Plan and for the rows that fail it.

All row rules and whole-relation rules are one aggregate SELECT; a uniqueness rule or a reference is
one grouped pass each. Rows are fetched only of rules that failed, in one UNION ALL, never more than
the cap of each, in the order of place, key and value.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gristmill.checks import passes
from gristmill.checks.rules import Plan, RowRule, Rule, WholeRule
from gristmill.engine import Engine, quote_relation
from gristmill.errors import EngineError


@dataclass(frozen=True)
class Count:
    """How many rows a rule judged and how many failed; ``error`` instead when it could not judge."""

    n: int = 0
    n_failed: int = 0
    seconds: float = 0.0
    note: str = ""
    error: str = ""


@dataclass(frozen=True)
class Failing:
    """A SELECT of the rows that fail a rule: check_name, key, column_name, value, reason and lineage."""

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


def counts(engine: Engine, plan: Plan) -> dict[str, Count]:
    """Counts of every rule the database judges, by ``name_of``."""
    found = _scanned(engine, plan)
    for rule in plan.rules:
        if isinstance(rule, passes.PASSES):
            found[name_of(rule)] = _passed_over(engine, plan, rule)
    return found


def name_of(rule: Rule) -> str:
    """What tells a rule of a plan from all others."""
    return f"{rule.column or ''}.{rule.check}"


def _scanned(engine: Engine, plan: Plan) -> dict[str, Count]:
    rules: list[RowRule | WholeRule] = [*plan.row_rules(), *plan.whole_rules()]
    if not rules:
        return {}
    started = time.perf_counter()
    try:
        return _one_scan(engine, plan.relation, rules, started)
    except EngineError:
        # One rule the database refuses must not take the others with it.
        alone: dict[str, Count] = {}
        for rule in rules:
            started = time.perf_counter()
            try:
                alone |= _one_scan(engine, plan.relation, [rule], started)
            except EngineError as error:
                alone[name_of(rule)] = Count(error=str(error))
        return alone


def scan_sql(relation: str, rules: Sequence[RowRule | WholeRule]) -> tuple[str, dict[str, Any]]:
    """The one SELECT of many rules, and the values bound in it.

    Each distinct condition is counted once: c0, c1, … in the order of first use.
    """
    asked: dict[str, None] = {}
    params: dict[str, Any] = {}
    for rule in rules:
        if isinstance(rule, RowRule):
            asked |= dict.fromkeys((_counting(rule.judged), _counting(rule.fails)))
        else:
            asked |= dict.fromkeys((f"cast({rule.holds} as integer)", rule.note or "''"))
        params |= rule.params
    columns = ",\n  ".join(f"{sql} as c{i}" for i, sql in enumerate(asked))
    return f"select\n  {columns}\nfrom {quote_relation(relation)}", params


def _counting(condition: str) -> str:
    # Not count(*) filter (where …): of a thousand of those the database takes thirty times as long.
    return "count(*)" if condition == "true" else f"count_if({condition})"


def _one_scan(
    engine: Engine, relation: str, rules: Sequence[RowRule | WholeRule], started: float
) -> dict[str, Count]:
    sql, params = scan_sql(relation, rules)
    row = iter(engine.rows(sql, params)[0])
    seconds = (time.perf_counter() - started) / len(rules)
    answers: dict[str, Any] = {}
    found: dict[str, Count] = {}
    for rule in rules:
        if isinstance(rule, RowRule):
            for asked in (_counting(rule.judged), _counting(rule.fails)):
                if asked not in answers:
                    answers[asked] = next(row)
            # Of no rows count_if says null.
            n, n_failed = (int(answers[_counting(one)] or 0) for one in (rule.judged, rule.fails))
            found[name_of(rule)] = Count(n, n_failed, seconds)
        else:
            asked, note = f"cast({rule.holds} as integer)", rule.note or "''"
            for one in (asked, note):
                if one not in answers:
                    answers[one] = next(row)
            found[name_of(rule)] = Count(1, 0 if answers[asked] else 1, seconds, str(answers[note] or ""))
    return found


def _passed_over(engine: Engine, plan: Plan, rule: passes.Pass) -> Count:
    started = time.perf_counter()
    reason = passes.unanswerable(engine, rule)
    if reason:
        return Count(error=reason)
    try:
        n, n_failed = engine.rows(passes.counting(plan, rule))[0]
        note = passes.note(engine, plan, rule) if n_failed else ""
    except EngineError as error:
        return Count(error=str(error))
    return Count(int(n), int(n_failed), time.perf_counter() - started, note)


def failing(plan: Plan, rule: Rule, cap: int | None, *, about: bool = False) -> Failing | None:
    """The SELECT of a rule's failing rows, or None when it is not about rows, or Python must find them.

    At most ``cap`` rows in the order of place, key and value; all of them, in no order, when ``cap`` is None.
    ``about``: a rule over several columns names them all as its column, instead of none.
    """
    number = next(i for i, one in enumerate(plan.rules) if one is rule)
    params: dict[str, Any] = {}
    if isinstance(rule, RowRule):
        found = passes.Rows(rule.value or "null", quote_relation(plan.relation), rule.fails)
        params |= rule.params
    elif isinstance(rule, passes.PASSES):
        found = passes.failing_rows(plan, rule)
    else:
        return None
    said = {"check": rule.check, "column": rule.column, "reason": rule.wording.reason}
    if about and not rule.column:
        said["column"] = ", ".join(rule.about) or None
    params |= {f"r{number}_{name}": text for name, text in said.items()}
    lineage = ", ".join(f"{sql} as {name}" for name, sql in plan.lineage.items())
    order = ""
    if cap is not None:
        places = ", ".join(f"{i} nulls last" for i in (6, 7, 8, 2, 4))
        order = f"\norder by {places}\nlimit {cap if rule.cap is None else min(cap, rule.cap)}"
    return Failing(
        f'(select cast($r{number}_check as varchar) as check_name, {plan.key} as "key",'
        f' cast($r{number}_column as varchar) as column_name, cast({found.value} as varchar) as "value",'
        f" cast($r{number}_reason as varchar) as reason, {lineage}\n"
        f"from {found.source}\nwhere {found.where}{order})",
        params,
    )


def store_failing(engine: Engine, plan: Plan, rules: Sequence[Rule], *, run_id: str, cap: int) -> None:
    """Add the failing rows of the rules to ``audit.failures``, in one statement."""
    parts = [part for rule in rules if (part := failing(plan, rule, cap)) is not None]
    if not parts:
        return
    params: dict[str, Any] = {"run_id": run_id, "relation": plan.relation}
    for part in parts:
        params |= part.params
    engine.execute(
        "insert into audit.failures\n"
        'select $run_id, $relation, check_name, "key", column_name, "value", reason, _source, _file, _row\n'
        "from (\n" + "\nunion all\n".join(part.sql for part in parts) + "\n)",
        params,
    )
