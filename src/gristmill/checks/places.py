"""Where failing rows are: found while they are counted, so that fetching them reads no condition again.

A place is one value that puts the rows in the order in which failing rows are kept: the number of the row
where all rows are of one file, else what names the row where nothing says where it comes from. The scan
that counts keeps the first places of every rule, a fixed number of them, so memory does not grow with rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gristmill.checks.rules import Place, Plan, RowRule
from gristmill.engine import Engine, quote_relation

MOST = 1000
"""Places of a rule that the counting scan remembers."""
MOST_EVER = 100_000
"""A cap beyond it is no cap worth remembering places for."""
RULES = 100
"""With more rules only those that failed are asked, in a scan of their own: remembering costs as much as counting."""
AT_ONCE = 100
"""Rules of one statement: what a statement costs grows faster than its length."""
FILES = 64
"""Most files that the places of a relation tell apart."""
FILE_ROWS = 2**40
"""More rows than a file has."""
ORDER = '_source nulls last, _file nulls last, _row nulls last, "key" nulls last, "value" nulls last'
"""The order in which the failing rows of a rule are kept."""


def place(engine: Engine, plan: Plan) -> Place | None:
    """What orders the rows of a relation; None where that takes several columns."""
    known = {name: sql for name, sql in plan.lineage.items() if sql == f'"{name}"'}
    if not known:
        return _by_key(plan)
    asked = [f"{one}({sql})" for sql in known.values() for one in ("min", "max", "count")]
    found = engine.rows(f"select count(*), {', '.join(asked)} from {quote_relation(plan.relation)}")[0]
    n, ends = found[0], dict(zip(known, zip(*[iter(found[1:])] * 3, strict=True), strict=True))
    low, high, count = ends.get("_row", (None, None, 0))
    numbered = count == n and isinstance(low, int) and 0 <= low <= high < FILE_ROWS
    files = [name for name in ("_source", "_file") if name in known]
    if all(ends[name][0] == ends[name][1] and ends[name][2] in (0, n) for name in files):
        if numbered:
            return Place(known["_row"], "bigint")
        return _by_key(plan) if not count else None
    return _by_file(engine, plan, [known[name] for name in files]) if numbered else None


def _by_file(engine: Engine, plan: Plan, names: Sequence[str]) -> Place | None:
    """The number of the row after those of all files before."""
    picked = ", ".join(names)
    order = ", ".join(f"{name} nulls last" for name in names)
    found = engine.rows(
        f"select {picked} from {quote_relation(plan.relation)} group by {picked} order by {order} limit {FILES + 1}"
    )
    if len(found) > FILES:
        return None
    cases = " ".join(
        "when "
        + " and ".join(
            f"{name} is not distinct from {_text(one)}" for name, one in zip(names, file, strict=True)
        )
        + f" then {at * FILE_ROWS}"
        for at, file in enumerate(found)
    )
    return Place(f'(case {cases} end + "_row")', "bigint", '"_row"', f'"place sought" % {FILE_ROWS}')


def _text(value: Any) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"


def _by_key(plan: Plan) -> Place | None:
    if plan.key == "null":
        return None
    for column in plan.stored.values():
        alone = plan.key == f"coalesce(cast({column.raw} as varchar), null)"
        # A text names one whole number, and a whole number has one text.
        if alone and not column.cast and column.family in ("integer", "text"):
            return Place(plan.key, "varchar", column.raw, f'cast("place sought" as {column.type})')
    return Place(plan.key, "varchar")


def first(rule: RowRule, place: Place, most: int) -> str:
    """The aggregate of a rule's first places, ascending; null when no row fails."""
    return f"min(case when {rule.fails} then {place.sql} end, {int(most)})"


def look(engine: Engine, plan: Plan, rules: Sequence[RowRule], place: Place, most: int) -> list[list[Any]]:
    """The first places of each rule, in scans over many rules at once."""
    found: list[list[Any]] = []
    for at in range(0, len(rules), 2 * AT_ONCE):
        asked = rules[at : at + 2 * AT_ONCE]
        params: dict[str, Any] = {}
        for rule in asked:
            params |= rule.params
        lists = ", ".join(f"{first(rule, place, most)} as p{i}" for i, rule in enumerate(asked))
        row = engine.rows(f"select {lists} from {quote_relation(plan.relation)}", params)[0]
        found += [one or [] for one in row]
    return found


def fetch(
    plan: Plan, wanted: Sequence[tuple[RowRule, Sequence[Any]]], place: Place, cap: int
) -> tuple[str, Mapping[str, Any]]:
    """The SELECT of the failing rows at known places, at most ``cap`` a rule; its columns are those of a Failing.

    A row at a place of a rule is kept only if it fails the rule: others may share the place.
    """
    params: dict[str, Any] = {
        "sought_rule": [i for i, (_, places) in enumerate(wanted) for _ in places],
        "sought_place": [one for _, places in wanted for one in places],
        "said_rule": list(range(len(wanted))),
        "said_check": [rule.check for rule, _ in wanted],
        "said_column": [rule.column for rule, _ in wanted],
        "said_reason": [rule.wording.reason for rule, _ in wanted],
        "said_cap": [cap if rule.cap is None else min(cap, rule.cap) for rule, _ in wanted],
    }
    for rule, _ in wanted:
        params |= rule.params
    number, sought = '"rule sought"', '"place sought"'
    same = f"{place.sql} = {sought}"
    if place.stored:
        # Not one more equality of the join: it would be worked out for every row, not for those that are found.
        same = f"{place.stored} = {place.sought} and coalesce({same}, false)"
    values = _by_rule(number, [f"cast({rule.value or 'null'} as varchar)" for rule, _ in wanted])
    fails = _by_rule(number, [rule.fails for rule, _ in wanted])
    lineage = ", ".join(f"{sql} as {name}" for name, sql in plan.lineage.items())
    sql = (
        'with "sought" as materialized (select unnest(cast($sought_rule as integer[])) as "rule sought",'
        f' unnest(cast($sought_place as {place.type}[])) as "place sought"),\n'
        '"said" as (select unnest(cast($said_rule as integer[])) as "rule said",'
        " unnest(cast($said_check as varchar[])) as check_name,"
        " unnest(cast($said_column as varchar[])) as column_name,"
        " unnest(cast($said_reason as varchar[])) as reason, unnest(cast($said_cap as bigint[])) as most),\n"
        f'"found" as (select {number}, {plan.key} as "key", {values} as "value", {lineage}\n'
        f'from {quote_relation(plan.relation)} join "sought" on {same}\nwhere {fails})\n'
        'select check_name, "key", column_name, "value", reason, _source, _file, _row\n'
        f'from "found" join "said" on {number} = "rule said"\n'
        f"qualify row_number() over (partition by {number} order by {ORDER}) <= most\n"
        f"order by {number}, {ORDER}"
    )
    return sql, params


def _by_rule(number: str, sql: Sequence[str]) -> str:
    return f"case {number} {' '.join(f'when {i} then {one}' for i, one in enumerate(sql))} end"
