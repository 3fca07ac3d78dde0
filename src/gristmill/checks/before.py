"""What the runs before say: rows of a relation in them, and the database of the last one.

``run`` is given a Before where there is one; rules that compare with it hold where there is none, and
say so. Only counts leave the databases: of values, or of quantiles of the run before.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gristmill.checks.predicates import Stored
from gristmill.checks.rules import BeforeRule, Plan
from gristmill.checks.scan import Count, name_of
from gristmill.checks.types import NUMBERS, TIMES
from gristmill.engine import Engine, quote_relation
from gristmill.errors import EngineError

BINS = 10
"""Quantiles of the run before that numbers and dates are counted in."""
CATEGORIES = 20
"""Most frequent values of either run that are counted on their own; the others are one."""
MOST_CATEGORIES = 10_000
"""A column of more values is no column of categories."""
NOTHING_BEFORE = "there is no run before to compare with"


@dataclass(frozen=True)
class Before:
    """What is known of the runs before this one."""

    engine: Engine | None = None
    """The database of the run before; None when there was none or it is gone."""
    n_rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Relation → its numbers of rows in the runs before, newest first."""
    shares: Mapping[tuple[str, str | None, str], float] = field(default_factory=dict)
    """(relation, column, check) → median share of failures in the last runs before, 0 to 1; checks that none could judge are not there."""

    def share_failed(self, relation: str, column: str | None, check: str) -> float | None:
        """The usual share of failures in the runs before; None where none judged it."""
        return self.shares.get((relation, column, check))


def counts(engine: Engine, plan: Plan, before: Before | None) -> dict[str, Count]:
    """The outcome of every rule that compares with the runs before, by ``name_of``."""
    found = {}
    for rule in plan.before_rules():
        started = time.perf_counter()
        try:
            holds, note = _JUDGES[rule.kind](engine, plan, rule, before or Before())
        except EngineError as error:
            found[name_of(rule)] = Count(error=str(error))
            continue
        found[name_of(rule)] = Count(1, 0 if holds else 1, time.perf_counter() - started, note)
    return found


def _band(engine: Engine, plan: Plan, rule: BeforeRule, before: Before) -> tuple[bool, str]:
    known = list(before.n_rows.get(plan.relation, ()))[: int(rule.limits["runs"])]
    if not known and before.engine and before.engine.columns(plan.relation):
        known = [_n_rows(before.engine, plan)]
    if not known:
        return True, NOTHING_BEFORE
    n = _n_rows(engine, plan)
    middle, share = statistics.median(known), rule.limits["share"]
    low, high = math.ceil(middle * (1 - share)), math.floor(middle * (1 + share))
    n_runs = f"{len(known)} run{'s' if len(known) > 1 else ''} before"
    return low <= n <= high, f"{n:,} rows; {low:,} to {high:,} after {n_runs}"


def _n_rows(engine: Engine, plan: Plan) -> int:
    return int(engine.scalar(f"select count(*) from {quote_relation(plan.relation)}"))


def _drift(engine: Engine, plan: Plan, rule: BeforeRule, before: Before) -> tuple[bool, str]:
    column, earlier = _earlier(plan, rule, before)
    if earlier is None:
        return True, NOTHING_BEFORE
    if column.family in (*NUMBERS, *TIMES):
        now, then = _binned(engine, plan, column, earlier)
    else:
        now, then = _top(_values(engine, plan, column), _values(earlier, plan, column))
    if not sum(then.values()) or not sum(now.values()):
        return True, "one of the two runs has no rows"
    value, parts = psi(then, now)
    most = max(parts, key=lambda one: (parts[one], str(one)))
    n_then, n_now = sum(then.values()), sum(now.values())
    if rule.personal:
        return value <= rule.limits["max_psi"], f"index {value:.3f}"
    told = f"index {value:.3f}; moved most: {_named(most)}"
    told += f", {then.get(most, 0) / n_then:.1%} before, {now.get(most, 0) / n_now:.1%} now"
    return value <= rule.limits["max_psi"], told


def _categories(engine: Engine, plan: Plan, rule: BeforeRule, before: Before) -> tuple[bool, str]:
    column, earlier = _earlier(plan, rule, before)
    if earlier is None:
        return True, NOTHING_BEFORE
    now, then = _values(engine, plan, column), _values(earlier, plan, column)
    new = sorted((value for value in now if value is not None and value not in then), key=str)
    gone = sorted((value for value in then if value is not None and value not in now), key=str)
    told = [
        f"{len(values):,} {word} ({sum(counted[one] for one in values):,} rows)"
        + ("" if rule.personal else f": {', '.join(map(str, values[:5]))}")
        for word, values, counted in (("new", new, now), ("gone", gone, then))
        if values
    ]
    return len(new) <= rule.limits["new"] and len(gone) <= rule.limits["gone"], "; ".join(told)


_JUDGES: dict[str, Callable[[Engine, Plan, BeforeRule, Before], tuple[bool, str]]] = {
    "row_count_band": _band,
    "drift": _drift,
    "same_categories": _categories,
}


def psi(then: Mapping[Any, int], now: Mapping[Any, int]) -> tuple[float, dict[Any, float]]:
    """The population stability index Σ (now − then) · ln(now / then) over shares, and its parts.

    Half a row is added to every bin, so that an empty one counts without being infinite. Under 0.1
    nothing moved much; above 0.25 the population is another one.
    """
    bins = sorted({*then, *now}, key=str)
    totals = sum(then.values()) + len(bins) / 2, sum(now.values()) + len(bins) / 2
    parts = {}
    for one in bins:
        old, new = (
            (counted.get(one, 0) + 0.5) / total for counted, total in zip((then, now), totals, strict=True)
        )
        parts[one] = (new - old) * math.log(new / old)
    return math.fsum(parts.values()), parts


def _earlier(plan: Plan, rule: BeforeRule, before: Before) -> tuple[Stored, Engine | None]:
    """The column, and the run before if it had it too."""
    column = rule.stored
    assert column is not None
    engine = before.engine
    if engine and column.name in {one.name for one in engine.columns(plan.relation)}:
        return column, engine
    return column, None


def _values(engine: Engine, plan: Plan, column: Stored) -> dict[str | None, int]:
    found = engine.rows(
        f"select cast({column.same} as varchar), count(*) from {quote_relation(plan.relation)}"
        f" group by 1 order by 2 desc, 1 limit {MOST_CATEGORIES + 1}"
    )
    if len(found) > MOST_CATEGORIES:
        raise EngineError(f"{column.name} has more than {MOST_CATEGORIES:,} values: it holds no categories")
    return {value: int(n) for value, n in found}


def _top(
    now: Mapping[str | None, int], then: Mapping[str | None, int]
) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """Both with all but the most frequent values of either counted as one."""
    kept: set[str | None] = {None}
    for counted in (now, then):
        kept |= set(sorted(counted, key=lambda one: (-counted[one], str(one)))[:CATEGORIES])

    def merged(counted: Mapping[str | None, int]) -> dict[str | None, int]:
        few = {value: n for value, n in counted.items() if value in kept}
        rest = sum(counted.values()) - sum(few.values())
        return few | ({"all others": rest} if rest else {})

    return merged(now), merged(then)


def _binned(
    engine: Engine, plan: Plan, column: Stored, earlier: Engine
) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """Rows in each decile of the run before, in both runs; gaps are a bin of their own."""
    value = f"epoch({column.sql})" if column.family in TIMES else f"cast({column.sql} as double)"
    known = f"{column.not_null}"
    relation = quote_relation(plan.relation)
    quantiles = ", ".join(str(i / BINS) for i in range(1, BINS))
    cuts = earlier.scalar(
        f"select quantile_disc({value}, [{quantiles}]) filter (where {known}) from {relation}"
    )
    edges = sorted(set(cuts or []))
    bins = "0" + "".join(f" + cast({value} > $cut_{i} as integer)" for i in range(len(edges)))
    sql = f"select case when {known} then {bins} end, count(*) from {relation} group by 1"
    params = {f"cut_{i}": edge for i, edge in enumerate(edges)}
    names = _bin_names(edges, dates=column.family in TIMES)
    counted = [
        {None if bin_ is None else names[bin_]: int(n) for bin_, n in one.rows(sql, params)}
        for one in (engine, earlier)
    ]
    return counted[0], counted[1]


def _bin_names(edges: Sequence[float], *, dates: bool) -> list[str]:
    shown = [
        dt.datetime.fromtimestamp(edge, dt.UTC).date().isoformat() if dates else f"{edge:g}" for edge in edges
    ]
    if not shown:
        return ["any value"]
    middle = [f"above {low} up to {high}" for low, high in pairwise(shown)]
    return [f"up to {shown[0]}", *middle, f"above {shown[-1]}"]


def _named(one: str | None) -> str:
    return "missing values" if one is None else str(one)
