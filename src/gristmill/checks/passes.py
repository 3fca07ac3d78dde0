"""Rules that need a pass of their own: uniqueness, references, dependencies, values shared by sources.

Each is a SELECT of two counts, and a source of the failing rows.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from gristmill.checks.rules import AcrossRule, DependencyRule, Plan, ReferenceRule, Rule, UniqueRule
from gristmill.engine import Engine, quote, quote_relation
from gristmill.errors import did_you_mean, listed

PASSES = (UniqueRule, ReferenceRule, DependencyRule, AcrossRule)
Pass = UniqueRule | ReferenceRule | DependencyRule | AcrossRule
PART_ROWS = 3_000_000
"""Most rows, about, that are grouped at once to find values that occur more than once."""
_SIZE = '"rows of it"'


class Rows(NamedTuple):
    """Where failing rows are found: FROM ``source`` WHERE ``where``, shown as ``value``."""

    value: str
    source: str
    where: str


def twice_name(plan: Plan, rule: UniqueRule) -> str:
    """The temporary relation of the values that occur more than once."""
    asked = repr((plan.relation, rule.columns))
    return "gristmill_twice_" + hashlib.md5(asked.encode(), usedforsecurity=False).hexdigest()


def find_twice(engine: Engine, plan: Plan, rule: UniqueRule) -> None:
    """Make ``twice_name``: one row a value that occurs more than once, and its number of rows.

    It is temporary, so that a published run stays as it is, and as large as there are such values. Rows
    are grouped in parts that no value crosses, so that memory does not grow with them; it costs no time.
    """
    relation, made = quote_relation(plan.relation), twice_name(plan, rule)
    values = ", ".join(rule.columns)
    picked = ", ".join(f"{sql} as {name}" for sql, name in zip(rule.columns, _same_names(rule), strict=True))
    n_parts = -(-int(engine.scalar(f"select count(*) from {relation}")) // PART_ROWS)
    for part in range(max(n_parts, 1)):
        where = f" where hash({values}) % {n_parts} = {part}" if n_parts > 1 else ""
        engine.execute(
            (f"insert into {made}" if part else f"create or replace temp table {made} as")
            + f" select {picked}, count(*) as {_SIZE} from {relation}{where}"
            f" group by {values} having count(*) > 1"
        )


def counting(plan: Plan, rule: Pass) -> str:
    """The SELECT of n and n_failed; of a uniqueness rule after ``find_twice``."""
    relation = quote_relation(plan.relation)
    if isinstance(rule, UniqueRule):
        failed = _SIZE if rule.keep == "all" else f"{_SIZE} - 1"
        return (
            f"select (select count(*) from {relation}), coalesce(sum({failed}), 0)::bigint"
            f" from {twice_name(plan, rule)}"
        )
    if isinstance(rule, ReferenceRule):
        return (
            f"select (select count(*) from {relation} where {rule.judged}),"
            f" (select count(*) from {relation} as here where {_unknown(rule)})"
        )
    if isinstance(rule, DependencyRule):
        failed = f"coalesce(sum(n) filter (where {_ODD}), 0)::bigint"
        return f"select coalesce(sum(n), 0)::bigint, {failed} from ({_pairs(rule, relation)})"
    return (
        "select coalesce(sum(n), 0)::bigint, coalesce(sum(n) filter (where n_sources > 1), 0)::bigint"
        f" from (select count(*) as n, count(distinct {rule.source}) as n_sources from {relation}"
        f" where {rule.judged} group by {rule.value})"
    )


def failing_rows(plan: Plan, rule: Pass, twice: str = "") -> Rows:
    """The rows that fail. ``twice``: what ``find_twice`` made for a uniqueness rule, if it still is there."""
    relation = quote_relation(plan.relation)
    if isinstance(rule, UniqueRule):
        return Rows(
            f"concat_ws(' | ', {', '.join(rule.columns)})", _doubled(plan, rule, relation, twice), "true"
        )
    if isinstance(rule, ReferenceRule):
        return Rows(rule.value, f"{relation} as here", _unknown(rule))
    if isinstance(rule, DependencyRule):
        names = _group_names(rule)
        same = " and ".join(f"{sql} = odd.{name}" for sql, name in zip(rule.on, names, strict=True))
        picked = ", ".join([*names, '"value in group"'])
        odd = f"select {picked} from ({_pairs(rule, relation)}) where {_ODD}"
        source = (
            f"(select here.* from {relation} as here"
            f' join ({odd}) as odd on {rule.judged} and {same} and {rule.value} = odd."value in group")'
        )
        return Rows(rule.value, source, "true")
    shared = (
        f'select {rule.value} as "shared value" from {relation} where {rule.judged}'
        f" group by {rule.value} having count(distinct {rule.source}) > 1"
    )
    source = f'(select here.* from {relation} as here join ({shared}) as twice on {rule.value} = twice."shared value")'
    return Rows(rule.value, source, rule.judged)


def note(engine: Engine, plan: Plan, rule: Rule) -> str:
    """What to say of the groups that a dependency does not hold for; empty for other rules."""
    if not isinstance(rule, DependencyRule):
        return ""
    n = engine.scalar(
        f"select count(*) from (select distinct {', '.join(_group_names(rule))}"
        f" from ({_pairs(rule, quote_relation(plan.relation))}) where {_ODD})"
    )
    return f"{n:,} group{'s' if n > 1 else ''} with more than one value" if n else ""


def groups(
    engine: Engine, plan: Plan, rule: DependencyRule, most: int
) -> list[tuple[tuple[str, ...], str, int]]:
    """The largest groups a dependency does not hold for: values of the group, value, its rows; most rows first."""
    names = _group_names(rule)
    shown = ", ".join(f"cast({name} as varchar)" for name in names)
    group = ", ".join(names)
    found = engine.rows(
        f"with pairs as ({_pairs(rule, quote_relation(plan.relation))}),"
        f" sized as (select *, sum(n) over (partition by {group}) as size from pairs where n_values > 1)"
        f' select {shown}, cast("value in group" as varchar), n from sized'
        f" qualify dense_rank() over (order by size desc, {group}) <= $most"
        f' order by size desc, {group}, n desc, "value in group"',
        {"most": most},
    )
    return [(tuple(row[:-2]), str(row[-2]), int(row[-1])) for row in found]


def unanswerable(engine: Engine, rule: Pass) -> str:
    """Why a pass cannot be made: a reference that leads nowhere; empty when it can."""
    if not isinstance(rule, ReferenceRule):
        return ""
    columns = [column.name for column in engine.columns(rule.relation)]
    if not columns:
        near = did_you_mean(rule.relation, engine.relations(), otherwise="run the stage that makes it first")
        return f"there is no relation {rule.relation}. Hint: {near}"
    if rule.other not in columns:
        near = did_you_mean(rule.other, columns, otherwise=f"it has {listed(columns)}")
        return f"{rule.relation} has no column {rule.other}. Hint: {near}"
    return ""


def _unknown(rule: ReferenceRule) -> str:
    # The value may be an expression over columns that the other relation has too, so it stays outside of the query.
    there = f"select there.{quote(rule.other)} from {quote_relation(rule.relation)} as there"
    known = f"{rule.value} in ({there} where there.{quote(rule.other)} is not null)"
    return f"{rule.judged} and not coalesce({known}, false)"


_ODD = "n_values > 1 and (n < n_most or n_leading > 1)"
"""A value that is not the one that leads its group, or one of several that do."""


def _group_names(rule: DependencyRule) -> list[str]:
    return [f'"same value {i}"' for i in range(len(rule.on))]


def _pairs(rule: DependencyRule, relation: str) -> str:
    """One row a group and value: its rows, the values of the group, the rows of the leading value."""
    names = _group_names(rule)
    picked = ", ".join(f"{sql} as {name}" for sql, name in zip(rule.on, names, strict=True))
    group = ", ".join(names)
    return (
        f"select *, count(*) filter (where n = n_most) over (partition by {group}) as n_leading"
        f" from (select *, max(n) over (partition by {group}) as n_most,"
        f" count(*) over (partition by {group}) as n_values"
        f' from (select {picked}, {rule.value} as "value in group", count(*) as n from {relation}'
        f" where {rule.judged} group by all))"
    )


def _same_names(rule: UniqueRule) -> list[str]:
    return [f'"same value {i}"' for i in range(len(rule.columns))]


def _doubled(plan: Plan, rule: UniqueRule, relation: str, known: str) -> str:
    """The rows whose value occurs more than once, but for the one that ``keep`` lets off."""
    names = _same_names(rule)
    picked = ", ".join(f"{sql} as {name}" for sql, name in zip(rule.columns, names, strict=True))
    same = " and ".join(
        f"{sql} is not distinct from twice.{name}" for sql, name in zip(rule.columns, names, strict=True)
    )
    twice = known or (
        f"(select {picked} from {relation} group by {', '.join(rule.columns)} having count(*) > 1)"
    )
    rows = f"select here.* from {relation} as here join {twice} as twice on {same}"
    if rule.keep == "all":
        return f"({rows})"
    way = "asc" if rule.keep == "first" else "desc"
    order = ", ".join(f"{sql} {way} nulls last" for sql in (*plan.lineage.values(), plan.key))
    place = f"row_number() over (partition by {', '.join(rule.columns)} order by {order})"
    return f'(select * from (select *, {place} as "place in group" from ({rows})) where "place in group" > 1)'
