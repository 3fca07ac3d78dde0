"""Ask the database for the counts of a Plan and for the rows that fail it.

All row rules and whole-relation rules are one aggregate SELECT; a uniqueness rule or a reference is
one grouped pass each. The scan remembers where the first failing rows are (places.py), so that rows are
fetched from there: only of rules that failed, never more than the cap of each, in the order of place, key and
value.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gristmill.checks import passes, places
from gristmill.checks.rules import Place, Plan, RowRule, Rule, Seen, UniqueRule, WholeRule
from gristmill.checks.scrub import of_database
from gristmill.engine import Engine, quote_relation
from gristmill.errors import EngineError

UNPLACED_AT_ONCE = 20
"""Rules of one statement whose failing rows must be looked for: each is a scan that stops as soon as it can."""


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
    """Counts of every rule the database judges, by ``name_of``; ``plan.seen`` learns where failing rows are."""
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
        placed = places.place(engine, plan) if len(rules) <= places.RULES else None
        return _one_scan(engine, plan, rules, started, placed)
    except EngineError:
        # One rule the database refuses must not take the others with it.
        alone: dict[str, Count] = {}
        for rule in rules:
            started = time.perf_counter()
            try:
                alone |= _one_scan(engine, plan, [rule], started, None)
            except EngineError as error:
                alone[name_of(rule)] = Count(error=of_database(error))
        return alone


def scan_sql(
    relation: str, rules: Sequence[RowRule | WholeRule], placed: Place | None = None
) -> tuple[str, dict[str, Any]]:
    """The one SELECT of many rules, and the values bound in it.

    Each distinct question is asked once: c0, c1, … in the order of first use. With ``placed`` the first
    places of every rule that can fail are among them.
    """
    params: dict[str, Any] = {}
    for rule in rules:
        params |= rule.params
    asked = dict.fromkeys(one for rule in rules for one in _questions(rule, placed))
    columns = ",\n  ".join(f"{sql} as c{i}" for i, sql in enumerate(asked))
    return f"select\n  {columns}\nfrom {quote_relation(relation)}", params


def _questions(rule: RowRule | WholeRule, placed: Place | None) -> tuple[str, ...]:
    """What the scan is asked for a rule: rows judged and failed and perhaps their places, or the outcome and a note."""
    if isinstance(rule, WholeRule):
        return f"cast({rule.holds} as integer)", rule.note or "''"
    asked = _counting(rule.judged), _counting(rule.fails)
    return asked if placed is None else (*asked, places.first(rule, placed, places.MOST))


def _counting(condition: str) -> str:
    # Not count(*) filter (where …): of a thousand of those the database takes thirty times as long.
    return "count(*)" if condition == "true" else f"count_if({condition})"


def _one_scan(
    engine: Engine,
    plan: Plan,
    rules: Sequence[RowRule | WholeRule],
    started: float,
    placed: Place | None,
) -> dict[str, Count]:
    sql, params = scan_sql(plan.relation, rules, placed)
    row = engine.rows(sql, params)[0]
    seconds = (time.perf_counter() - started) / len(rules)
    asked = dict.fromkeys(one for rule in rules for one in _questions(rule, placed))
    answers = dict(zip(asked, row, strict=True))
    found: dict[str, Count] = {}
    for rule in rules:
        first, second, *more = (answers[one] for one in _questions(rule, placed))
        name = name_of(rule)
        if isinstance(rule, WholeRule):
            found[name] = Count(1, 0 if first else 1, seconds, str(second or ""))
            continue
        # Of no rows count_if says null.
        found[name] = Count(int(first or 0), int(second or 0), seconds)
        plan.seen[name] = Seen(int(second or 0), placed, tuple(more[0] or ()) if more else ())
    return found


def _passed_over(engine: Engine, plan: Plan, rule: passes.Pass) -> Count:
    started = time.perf_counter()
    reason = passes.unanswerable(engine, rule)
    if reason:
        return Count(error=reason)
    try:
        if isinstance(rule, UniqueRule):
            passes.find_twice(engine, plan, rule)
        n, n_failed = engine.rows(passes.counting(plan, rule))[0]
        note = passes.note(engine, plan, rule) if n_failed else ""
    except EngineError as error:
        return Count(error=of_database(error))
    if isinstance(rule, UniqueRule):
        plan.seen[name_of(rule)] = Seen(int(n_failed), twice=passes.twice_name(plan, rule))
    return Count(int(n), int(n_failed), time.perf_counter() - started, note)


def failing(
    plan: Plan, rule: Rule, cap: int | None, *, about: bool = False, twice: str = ""
) -> Failing | None:
    """The SELECT of a rule's failing rows, or None when it is not about rows, or Python must find them.

    At most ``cap`` rows in the order of place, key and value; all of them, in no order, when ``cap`` is None.
    ``about``: a rule over several columns names them all as its column, instead of none. ``twice``: the values
    that occur more than once, where they were kept.
    """
    number = next(i for i, one in enumerate(plan.rules) if one is rule)
    params: dict[str, Any] = {}
    if isinstance(rule, RowRule):
        found = passes.Rows(rule.value or "null", quote_relation(plan.relation), rule.fails)
        params |= rule.params
    elif isinstance(rule, passes.PASSES):
        found = passes.failing_rows(plan, rule, twice)
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
    """Add the failing rows of the rules to ``audit.failures``: from their places where those are known."""
    for sql, params in _fetches(engine, plan, rules, cap):
        _insert(engine, plan, run_id, sql, params)
    forget_twice(engine, plan)


def _fetches(
    engine: Engine, plan: Plan, rules: Sequence[Rule], cap: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """SELECTs, with their parameters, that together find the rules' failing rows, at most ``cap`` each."""
    located, others = _located(engine, plan, rules, cap)
    for place, wanted in located.items():
        for at in range(0, len(wanted), places.AT_ONCE):
            yield places.fetch(plan, wanted[at : at + places.AT_ONCE], place, cap)
    parts = [
        part
        for rule in others
        if (part := failing(plan, rule, cap, twice=known_twice(plan, rule))) is not None
    ]
    for at in range(0, len(parts), UNPLACED_AT_ONCE):
        some = parts[at : at + UNPLACED_AT_ONCE]
        gathered: dict[str, Any] = {}
        for part in some:
            gathered |= part.params
        yield "\nunion all\n".join(part.sql for part in some), gathered


def first_failing(engine: Engine, plan: Plan, rules: Sequence[Rule], cap: int) -> list[tuple[Any, ...]]:
    """At most ``cap`` failing rows of each rule: check_name, key, column_name, value, reason, _source, _file, _row."""
    return [
        row
        for sql, params in _fetches(engine, plan, rules, cap)
        for row in engine.rows(f"from (\n{sql}\n)", params)
    ]


def forget_twice(engine: Engine, plan: Plan) -> None:
    """Drop what counting kept of values that occur more than once."""
    for name, seen in list(plan.seen.items()):
        if seen.twice:
            engine.execute(f"drop table if exists {seen.twice}")
            plan.seen[name] = replace(seen, twice="")


def known_twice(plan: Plan, rule: Rule) -> str:
    """The relation of values that occur more than once, where counting kept it; else empty."""
    seen = plan.seen.get(name_of(rule))
    return seen.twice if seen else ""


def _insert(engine: Engine, plan: Plan, run_id: str, sql: str, params: Mapping[str, Any]) -> None:
    engine.execute(
        "insert into audit.failures\n"
        'select $run_id, $relation, check_name, "key", column_name, "value", reason, _source, _file, _row\n'
        f"from (\n{sql}\n)",
        {"run_id": run_id, "relation": plan.relation, **params},
    )


Located = dict[Place, list[tuple[RowRule, Sequence[Any]]]]


def _located(engine: Engine, plan: Plan, rules: Sequence[Rule], cap: int) -> tuple[Located, list[Rule]]:
    """The rules whose rows can be fetched by their places, with those; and the others."""
    located: Located = {}
    others: list[Rule] = []
    unseen: list[RowRule] = []
    for rule in rules:
        seen = plan.seen.get(name_of(rule))
        if not isinstance(rule, RowRule):
            others.append(rule)
        elif seen and seen.place and _enough(rule, seen, cap):
            located.setdefault(seen.place, []).append((rule, _distinct(seen.places, rule, cap)))
        else:
            unseen.append(rule)
    placed = places.place(engine, plan) if unseen and cap <= places.MOST_EVER else None
    if placed is None:
        return located, [*others, *unseen]
    for rule, found in zip(unseen, places.look(engine, plan, unseen, placed, cap), strict=True):
        known = plan.seen.get(name_of(rule))
        seen = Seen(known.n_failed if known else cap, placed, tuple(found))
        if _enough(rule, seen, cap):
            located.setdefault(placed, []).append((rule, _distinct(seen.places, rule, cap)))
        else:
            others.append(rule)
    return located, others


def _enough(rule: RowRule, seen: Seen, cap: int) -> bool:
    """Whether the known places are those of all rows to keep: rows without a place are kept after the others."""
    most = cap if rule.cap is None else min(cap, rule.cap)
    return len(seen.places) >= min(seen.n_failed, most)


def _distinct(found: Sequence[Any], rule: RowRule, cap: int) -> list[Any]:
    most = cap if rule.cap is None else min(cap, rule.cap)
    return list(dict.fromkeys(found[:most]))
