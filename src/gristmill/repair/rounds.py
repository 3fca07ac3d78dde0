"""The rounds of repair: forms first, then what columns and rows say of each other, until nothing changes.

Everything is decided in the templates of ``sql/repair/``, over one long relation of cells, so that the
same SELECTs serve any table. This module runs them in order: a mended value may be the evidence that
mends the next, so the second half is run again on what it made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gristmill import template
from gristmill.engine import Engine
from gristmill.project import base_dir

CELLS = "repair.cells"
"""What is mended: row_id bigint, column_no integer, value text (NULL where the cell is empty)."""
CHANGES = "repair.changes"
"""What came of it: row_id, column_no, before, after, rule, confidence, is_applied; one row per cell."""

_FORMS = (
    "distinct_values",
    "columns",
    "measures",
    "measure_fixes",
    "shape_fixes",
    "range_fixes",
    "split_fixes",
    "formed",
)
_NEIGHBOURS = (
    "distinct_values",
    "columns",
    "coded",
    "sample_counts",
    "dependencies",
    "counts",
    "typos",
    "candidates",
    "evidence",
    "cell_fixes",
    "witnesses",
    "votes",
    "repaired",
)
_LOOKED_AT = ("outliers", "disorders")
NEVER = 2.0
"""No rule is so sure."""
MOST_ROUNDS = 5
"""A round that changes something asks for another; five have always been enough to settle."""


def mend(
    engine: Engine,
    *,
    apply_above: float = 0.9,
    rules_off: tuple[str, ...] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Mend ``repair.cells`` in place and write ``repair.changes``; returns the number of cells changed.

    ``repair.cells`` must be there; afterwards it holds the mended values. Changes below ``apply_above``
    (0 to 1), and those of the rules named in ``rules_off``, are in ``repair.changes`` with ``is_applied``
    false, and their cells are as they were; with ``NEVER`` that is all of them.
    """
    given = {"apply_above": apply_above, "rules_off": list(rules_off)}
    engine.make("repair.original", f"select row_id, column_no, value from {CELLS}")
    for lists in (("repair", "units"), ("clean", "placeholders")):
        _make(engine, *lists, given)
    engine.make("repair.steps", _STEP.format(n=0, made=CELLS) + " where false")
    n = 0
    for says, names, most in (
        ("forms of values", _FORMS, 2),
        ("values beside each other", _NEIGHBOURS, MOST_ROUNDS),
    ):
        tell(f"Look at the {says}")
        for _ in range(most):
            n += 1
            if not _round(engine, names, n, given):
                break
    tell("Look for numbers and dates out of place")
    for name in _LOOKED_AT:
        _make(engine, "repair", name, given)
    _make(engine, "repair", "changes", given)
    for relation in ("repair.next", "repair.steps", "repair.original", "repair.coded", "repair.counts"):
        engine.drop(relation)
    return int(engine.scalar(f"select count(*) from {CHANGES} where is_applied"))


_STEP = (
    "select c.row_id, c.column_no, {n} as round, cast(null as varchar) as rule, cast(null as double) as confidence"
    " from {made} c"
)


def _round(engine: Engine, names: tuple[str, ...], n: int, given: Mapping[str, Any]) -> bool:
    """Run the templates of one round, take over what the last one made; whether anything changed."""
    for name in names:
        _make(engine, "repair", name, given)
    made = f"repair.{names[-1]}"
    changed = f"select row_id, column_no, {n}, rule, confidence from {made} where rule is not null"
    n_changed = int(engine.scalar(f"select count(*) from ({changed})"))
    if n_changed:
        engine.execute(f"insert into repair.steps {changed}")
        engine.make("repair.next", f"select row_id, column_no, value from {made}")
        engine.make(CELLS, "select * from repair.next")
    engine.drop(made)
    return n_changed > 0


def _make(engine: Engine, schema: str, what: str, given: Mapping[str, Any]) -> None:
    found = template.parse(base_dir() / "sql" / schema / f"{what}_v1.sql", layer="base")
    values = {name: value for name, value in given.items() if name in found.params}
    engine.make(found.relation, found.sql, template.values(found, values))
