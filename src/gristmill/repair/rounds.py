"""The rounds of repair: forms first, then what columns and rows say of each other, until nothing changes.

Everything is decided in the templates of ``sql/repair/``, over one long relation of cells, so that the
same SELECTs serve any table. This module runs them in order: a mended value may be the evidence that
mends the next, so the second half is run again on what it made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gristmill import base
from gristmill.engine import Engine

CELLS = "repair.cells"
"""What is mended: row_id bigint, column_no integer, value text (NULL where the cell is empty)."""
CHANGES = "repair.changes"
"""What came of it: row_id, column_no, before, after, rule, confidence, is_applied; one row per cell."""

_COUNTED = ("distinct_values", "columns")
_FORMS = (
    "measures",
    "measure_fixes",
    "shape_fixes",
    "range_fixes",
    "split_fixes",
    "form_fixes",
)
_NEIGHBOURS = (
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
    "neighbour_fixes",
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
    for lists in ("repair/units", "clean/placeholders"):
        base.make(engine, lists)
    engine.make("repair.steps", _NO_STEP)
    n, is_counted = 0, False
    for says, names, most in (
        ("forms of values", _FORMS, 2),
        ("values beside each other", _NEIGHBOURS, MOST_ROUNDS),
    ):
        tell(f"Look at the {says}")
        for _ in range(most):
            n += 1
            # Values are counted anew only where some of them changed.
            changed = _round(engine, names if is_counted else (*_COUNTED, *names), n, given)
            is_counted = not changed
            if not changed:
                break
    tell("Look for numbers and dates out of place")
    for name in _LOOKED_AT:
        base.make(engine, f"repair/{name}", given)
    base.make(engine, "repair/changes", given)
    for relation in ("repair.steps", "repair.coded", "repair.counts"):
        engine.drop(relation)
    return int(engine.scalar(f"select count(*) from {CHANGES} where is_applied"))


_NO_STEP = (
    "select cast(null as bigint) as row_id, cast(null as integer) as column_no, 0 as round,"
    " cast(null as varchar) as before, cast(null as varchar) as rule, cast(null as double) as confidence where false"
)


def _round(engine: Engine, names: tuple[str, ...], n: int, given: Mapping[str, Any]) -> bool:
    """Run the templates of one round and apply the fixes of the last one; whether there were any."""
    for name in names:
        base.make(engine, f"repair/{name}", given)
    fixes = f"repair.{names[-1]}"
    if not engine.scalar(f"select count(*) from {fixes}"):
        return False
    engine.execute(
        f"insert into repair.steps select f.row_id, f.column_no, {n}, c.value, f.rule, f.confidence"
        f" from {fixes} f join {CELLS} c on c.row_id = f.row_id and c.column_no = f.column_no"
    )
    engine.make(
        "repair.next",
        "select c.row_id, c.column_no, case when f.row_id is null then c.value else f.repaired end as value"
        f" from {CELLS} c left join {fixes} f on f.row_id = c.row_id and f.column_no = c.column_no",
    )
    engine.drop(CELLS)
    engine.execute(f"alter table repair.next rename to {CELLS.partition('.')[2]}")
    return True
