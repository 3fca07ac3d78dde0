"""Values that mean the same: found by the templates of ``sql/cluster``, decided by people, applied in every run.

The templates propose for each value of a column the value it is taken for; ``reviews/values.csv`` holds the
proposals and what was decided; ``clean.value_merges`` is what of it is accepted. Finding is SQL;
Python picks the values that survive (it goes from one to the next) and keeps the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gristmill.cluster.deciding import BY_HAND, decide, decided, take_back
from gristmill.cluster.find import COUNTS, Found, Proposal, find, maker, params_for
from gristmill.cluster.merges import FILE, accepted, check, mergeable, write_merges
from gristmill.cluster.reviews import HEADER, Line, Recorded, merge, read, record, text_of, write
from gristmill.cluster.stars import EDGES, STARS, choose, pick_stars
from gristmill.engine import Engine


@dataclass(frozen=True)
class Step:
    """A Python step of the graph: what it makes, what it reads, and the function."""

    makes: tuple[str, ...]
    reads: tuple[str, ...]
    run: Callable[[Engine, Mapping[str, Any]], None]


def no_values(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Values of one column with their counts; empty until 'gristmill cluster' names a column."""
    engine.make(COUNTS, "select cast(null as varchar) as value, cast(null as bigint) as n where false")


STEPS: tuple[Step, ...] = (
    Step((COUNTS,), (), no_values),
    Step((STARS,), (EDGES,), pick_stars),
)

__all__ = [
    "BY_HAND",
    "COUNTS",
    "FILE",
    "HEADER",
    "STEPS",
    "Found",
    "Line",
    "Proposal",
    "Recorded",
    "Step",
    "accepted",
    "check",
    "choose",
    "decide",
    "decided",
    "find",
    "maker",
    "merge",
    "mergeable",
    "params_for",
    "pick_stars",
    "read",
    "record",
    "take_back",
    "text_of",
    "write",
    "write_merges",
]
