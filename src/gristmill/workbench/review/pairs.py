"""A pair of records as a steward judges it: side by side, what differs, what speaks for and against, and who stands near."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gristmill.explaining import Explained, explained
from gristmill.reviewing import SHOWN, records_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.engine import Engine
    from gristmill.reviewing import Record

SAME, NEAR, DIFFERS, ONE_SIDE = "same", "near", "differs", "one side"
NEAR_RATIO = 0.75
"""Share of letters in common from which two values are called near; it only colours, it decides nothing."""
NEIGHBOURS = 8
"""How many other records of the two customers are shown."""

Span = tuple[str, bool]
"""Text, and whether the other side has it too."""


@dataclass(frozen=True)
class Field:
    """One column of both records."""

    name: str
    left: str
    right: str
    how: str
    """same, near, differs, or one side (the other says nothing)."""
    left_spans: tuple[Span, ...] = ()
    right_spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Neighbour:
    """Another record of one of the two customers, and how it compares with the pair."""

    record: Record
    customer_id: str
    left_bits: float | None
    """Weight beside the left record; None when the two were never compared."""
    right_bits: float | None


@dataclass(frozen=True)
class Pair:
    """Two records, everything that is needed to decide about them."""

    left: Record
    right: Record
    fields: tuple[Field, ...]
    why: Explained
    neighbours: tuple[Neighbour, ...]
    n_neighbours: int
    """All there are; ``neighbours`` may hold fewer."""
    is_clear: bool
    """Personal values as they are, not masked."""
    decision: str = ""
    """merge or split where people decided already."""
    n_records: tuple[int, int] = (1, 1)
    """How many records the customers of the left and the right one have."""
    value: float = 0.0

    @property
    def is_one(self) -> bool:
        """Whether the two are one customer in the published run."""
        return self.why.customer_id == self.why.other_id

    def _repr_html_(self) -> str:
        from gristmill.workbench.review.drawing import card

        return card(self)


def pair(engine: Engine, left_id: str, right_id: str, *, show: bool) -> Pair:
    """The pair of two contact ids, from what ``engine`` has of a run."""
    why = explained(engine, left_id, right_id, show=show)
    # Differences are found in the values themselves, so that two that are masked alike are not called the same.
    clear = records_of(engine, (left_id, right_id), show=True)
    fields = tuple(
        compare(
            name,
            (clear[left_id].values.get(name, ""), clear[right_id].values.get(name, "")),
            (why.left.values.get(name, ""), why.right.values.get(name, "")),
            show=show,
        )
        for name in SHOWN
        if name in clear[left_id].values or name in clear[right_id].values
    )
    sizes = dict(
        engine.rows(
            "select customer_id, count(*) from unify.members where customer_id in ($one, $other) group by customer_id",
            {"one": why.customer_id, "other": why.other_id},
        )
    )
    n_both = sum(sizes.values())
    return Pair(
        why.left,
        why.right,
        fields,
        why,
        _neighbours(engine, left_id, right_id, why, show=show),
        n_both - 2,
        show,
        n_records=(sizes[why.customer_id], sizes[why.other_id]),
    )


def compare(name: str, clear: tuple[str, str], shown: tuple[str, str], *, show: bool) -> Field:
    """How two values differ; which letters do is told of clear ones only."""
    left, right = clear
    if not left or not right:
        return Field(name, *shown, ONE_SIDE)
    if left == right:
        return Field(name, *shown, SAME)
    match = difflib.SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    is_near = len(left) + len(right) < 1000 and match.ratio() >= NEAR_RATIO
    # A letter that changes its length with its case would shift the marks.
    fits = len(left) == len(left.casefold()) and len(right) == len(right.casefold())
    if not (is_near and show and fits):
        return Field(name, *shown, NEAR if is_near else DIFFERS)
    ones: list[Span] = []
    others: list[Span] = []
    for kind, a, b, c, d in match.get_opcodes():
        if b > a:
            ones.append((left[a:b], kind == "equal"))
        if d > c:
            others.append((right[c:d], kind == "equal"))
    return Field(name, *shown, NEAR, tuple(ones), tuple(others))


def _neighbours(
    engine: Engine, left_id: str, right_id: str, why: Explained, *, show: bool
) -> tuple[Neighbour, ...]:
    rows: Sequence[tuple[str, str, float | None, float | None]] = engine.rows(
        "select m.contact_id, m.customer_id, max(l.match_weight), max(r.match_weight) from unify.members as m"
        " left join unify.scores as l on l.left_id = least(m.contact_id, $left) and l.right_id = greatest(m.contact_id, $left)"
        " left join unify.scores as r on r.left_id = least(m.contact_id, $right) and r.right_id = greatest(m.contact_id, $right)"
        " where m.customer_id in ($one, $other) and m.contact_id not in ($left, $right)"
        " group by m.contact_id, m.customer_id"
        " order by greatest(max(l.match_weight), max(r.match_weight)) desc nulls last, m.contact_id"
        f" limit {NEIGHBOURS}",
        {"left": left_id, "right": right_id, "one": why.customer_id, "other": why.other_id},
    )
    records = records_of(engine, [row[0] for row in rows], show=show) if rows else {}
    return tuple(Neighbour(records[key], customer, *bits) for key, customer, *bits in rows)
