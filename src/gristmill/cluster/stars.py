"""Which forms survive: every other one joins a survivor that it is itself alike.

A form that is alike a better one need not be alike everything that one is alike: following edge by
edge would turn ``Hanbit`` into ``Hanmi`` over ``Hanmit``. So forms are gone through from the best on. A form joins the
surest of the survivors it has an edge with, or survives itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gristmill.engine import Engine

EDGES, STARS = "cluster.edges", "cluster.stars"
ORDERED = "select left_no, right_no from cluster.edges order by right_no, confidence desc, left_no"


def pick_stars(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Choose the forms that survive: one row per form that joins another (form_no, star_no)."""
    joined = choose(
        pair
        for batch in engine.batches(ORDERED)
        for pair in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
    )
    engine.make(
        STARS,
        "select unnest(cast($forms as bigint[])) as form_no, unnest(cast($stars as bigint[])) as star_no",
        {"forms": list(joined), "stars": list(joined.values())},
    )


def choose(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Form → the survivor it joins; survivors are not listed.

    ``edges`` are (better, worse) by number, ordered by the worse one, the surest edge first.
    """
    joined: dict[int, int] = {}
    for better, worse in edges:
        # All edges of the better form came before, so whether it survives is settled.
        if worse not in joined and better not in joined:
            joined[worse] = better
    return joined
