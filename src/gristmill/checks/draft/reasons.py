"""Whether exceptions are errors: errors come anywhere, what is so for a reason comes with something else in its rows.

Eight rows of a tenth state are no misspelling when they are all the rows of one hospital.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gristmill.checks.draft.profile import Profile, text_of
from gristmill.checks.rules import Plan, Rule
from gristmill.checks.scan import failing
from gristmill.engine import Engine, quote_relation
from gristmill.errors import EngineError

MOST_EXCEPTIONS = 5_000
MOST_COLUMNS = 40
_EXCEPTIONS = "draft.exceptions"
_LEAST = 3
"""Rows of a value, before that all of them are exceptions says anything."""


def explained(
    engine: Engine, seen: Profile, plan: Plan, rules: Mapping[int, Rule], own: Mapping[int, int | None]
) -> set[int]:
    """Those of ``rules`` (by any number) most of whose failing rows have a value, elsewhere, that hardly occurs but with them.

    ``own`` is the column a rule speaks of, which explains nothing. Empty where the relation does not
    number its rows.
    """
    if not seen.has_order:
        return set()
    columns = [
        i
        for i, one in sorted(seen.seen.items(), key=lambda item: int(item[1]["n_distinct"]))
        if one["n_distinct"] >= 2 and one["n_repeats"] >= 0.3 * one["n_filled"]
    ][:MOST_COLUMNS]
    found = set()
    for number, rule in rules.items():
        others = [i for i in columns if i != own[number]]
        if others and _is_explained(engine, seen, plan, rule, others):
            found.add(number)
    return found


def _is_explained(engine: Engine, seen: Profile, plan: Plan, rule: Rule, columns: Sequence[int]) -> bool:
    rows = failing(plan, rule, MOST_EXCEPTIONS)
    if rows is None:
        return False
    try:
        n = engine.make(
            _EXCEPTIONS, f"select distinct _file, _row from ({rows.sql}) where _row is not null", rows.params
        )
    except EngineError:
        return False
    if n < _LEAST or n == MOST_EXCEPTIONS:
        return False
    picked = ", ".join(f"{text_of(seen.columns[i])} as c{i}" for i in columns)
    names = {column.name for column in engine.columns(seen.relation)}
    same = "r._row = e._row" + (" and r._file is not distinct from e._file" if "_file" in names else "")
    engine.make(
        "draft.exceptional",
        f"select {picked} from {quote_relation(seen.relation)} r join {_EXCEPTIONS} e on {same}",
    )
    counts = " union all ".join(
        f"select {i} as column_no, left(c{i}, 300) as value, count(*) as n from draft.exceptional where c{i} is not null group by all"
        for i in columns
    )
    most = engine.scalar(
        f"select max(n) from (select e.column_no, sum(e.n) as n from ({counts}) e"
        " join draft.cell_values v on v.column_no = e.column_no and v.value = e.value"
        f" where e.n >= {_LEAST} and e.n >= 0.8 * v.n group by e.column_no)"
    )
    return most is not None and int(most) >= 0.5 * n
