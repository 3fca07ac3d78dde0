"""Ask the database for the counts of a Plan and for the rows that fail it.

All row rules and whole-relation rules are one aggregate SELECT; a uniqueness rule or a reference is
one grouped pass each. Rows are fetched only of rules that failed, in one UNION ALL, never more than
the cap of each, in the order of key and place.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gristmill.checks.rules import Plan, ReferenceRule, RowRule, Rule, UniqueRule, WholeRule
from gristmill.engine import Engine, quote, quote_relation
from gristmill.errors import EngineError, did_you_mean


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
        if isinstance(rule, UniqueRule | ReferenceRule):
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
            asked |= dict.fromkeys((f"cast({rule.holds} as integer)",))
        params |= rule.params
    columns = ",\n  ".join(f"{sql} as c{i}" for i, sql in enumerate(asked))
    return f"select\n  {columns}\nfrom {quote_relation(relation)}", params


def _counting(condition: str) -> str:
    return "count(*)" if condition == "true" else f"count(*) filter (where {condition})"


def _one_scan(
    engine: Engine, relation: str, rules: Sequence[RowRule | WholeRule], started: float
) -> dict[str, Count]:
    sql, params = scan_sql(relation, rules)
    row = iter(engine.rows(sql, params)[0])
    seconds = (time.perf_counter() - started) / len(rules)
    answers: dict[str, int] = {}
    found: dict[str, Count] = {}
    for rule in rules:
        if isinstance(rule, RowRule):
            for asked in (_counting(rule.judged), _counting(rule.fails)):
                if asked not in answers:
                    answers[asked] = next(row)
            n, n_failed = answers[_counting(rule.judged)], answers[_counting(rule.fails)]
            found[name_of(rule)] = Count(n, n_failed, seconds)
        else:
            asked = f"cast({rule.holds} as integer)"
            if asked not in answers:
                answers[asked] = next(row)
            found[name_of(rule)] = Count(1, 0 if answers[asked] else 1, seconds)
    return found


def _passed_over(engine: Engine, plan: Plan, rule: UniqueRule | ReferenceRule) -> Count:
    started = time.perf_counter()
    relation = quote_relation(plan.relation)
    if isinstance(rule, UniqueRule):
        failed = "n" if rule.keep == "all" else "n - 1"
        sql = (
            f"select coalesce(sum(n), 0)::bigint, coalesce(sum({failed}) filter (where n > 1), 0)::bigint"
            f" from (select count(*) as n from {relation} group by {', '.join(rule.columns)})"
        )
    else:
        gone = _gone(engine, rule)
        if gone:
            return Count(error=gone)
        sql = (
            f"select (select count(*) from {relation} where {rule.judged}),"
            f" (select count(*) from {relation} as here where {_unknown(rule)})"
        )
    try:
        n, n_failed = engine.rows(sql)[0]
    except EngineError as error:
        return Count(error=str(error))
    return Count(int(n), int(n_failed), time.perf_counter() - started)


def _gone(engine: Engine, rule: ReferenceRule) -> str:
    """Why a reference cannot be followed; empty when it can."""
    columns = [column.name for column in engine.columns(rule.relation)]
    if not columns:
        near = did_you_mean(rule.relation, engine.relations(), otherwise="run the stage that makes it first")
        return f"there is no relation {rule.relation}. Hint: {near}"
    if rule.other not in columns:
        near = did_you_mean(rule.other, columns, otherwise=f"{rule.relation} has other columns")
        return f"{rule.relation} has no column {rule.other}. Hint: {near}"
    return ""


def _unknown(rule: ReferenceRule) -> str:
    there = f"select 1 from {quote_relation(rule.relation)} as there"
    return f"{rule.judged} and not exists ({there} where there.{quote(rule.other)} = here.{rule.value})"


def failing(plan: Plan, rule: Rule, cap: int) -> Failing | None:
    """The SELECT of a rule's failing rows, or None when it is not about rows."""
    number = plan.rules.index(rule)
    relation = quote_relation(plan.relation)
    params: dict[str, Any] = {}
    if isinstance(rule, RowRule):
        value, source, where = rule.value or "null", relation, rule.fails
        params |= rule.params
    elif isinstance(rule, UniqueRule):
        value = "concat_ws(' | ', " + ", ".join(rule.columns) + ")"
        source, where = _doubled(plan, rule, relation), "true"
    elif isinstance(rule, ReferenceRule):
        value, source, where = rule.value, f"{relation} as here", _unknown(rule)
    else:
        return None
    said = {"check": rule.check, "column": rule.column, "reason": rule.wording.reason}
    params |= {f"r{number}_{name}": text for name, text in said.items()}
    lineage = ", ".join(f"{sql} as {name}" for name, sql in plan.lineage.items())
    return Failing(
        f'(select cast($r{number}_check as varchar) as check_name, {plan.key} as "key",'
        f' cast($r{number}_column as varchar) as column_name, cast({value} as varchar) as "value",'
        f" cast($r{number}_reason as varchar) as reason, {lineage}\n"
        f"from {source}\nwhere {where}\n"
        f"order by 2 nulls last, 4 nulls last, 6 nulls last, 7 nulls last, 8 nulls last\n"
        f"limit {_least(cap, rule.cap)})",
        params,
    )


def _least(cap: int, own: int | None) -> int:
    return cap if own is None else min(cap, own)


def _doubled(plan: Plan, rule: UniqueRule, relation: str) -> str:
    """The rows whose value occurs more than once, but for the one that ``keep`` lets off."""
    names = [f'"same value {i}"' for i in range(len(rule.columns))]
    picked = ", ".join(f"{sql} as {name}" for sql, name in zip(rule.columns, names, strict=True))
    same = " and ".join(
        f"{sql} is not distinct from twice.{name}" for sql, name in zip(rule.columns, names, strict=True)
    )
    groups = f"select {picked} from {relation} group by {', '.join(rule.columns)} having count(*) > 1"
    rows = f"select here.* from {relation} as here join ({groups}) as twice on {same}"
    if rule.keep == "all":
        return f"({rows})"
    way = "asc" if rule.keep == "first" else "desc"
    order = ", ".join(f"{sql} {way} nulls last" for sql in (*plan.lineage.values(), plan.key))
    place = f"row_number() over (partition by {', '.join(rule.columns)} order by {order})"
    return f'(select * from (select *, {place} as "place in group" from ({rows})) where "place in group" > 1)'


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
