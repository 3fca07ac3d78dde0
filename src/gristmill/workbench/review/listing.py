"""The queue as a notebook shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

from gristmill.report import Col, Data, table
from gristmill.reviewing import DOUBTS, Record

if TYPE_CHECKING:
    from gristmill.report.display import Display
    from gristmill.workbench.review.desk import Desk

CLEAR = "Personal data in the clear"
KEEP = "This output is kept in the notebook: clear it before you share the file."


@dataclass(frozen=True)
class Entry:
    """A doubt of the queue."""

    value: float
    doubt: str
    reason: str
    probability: float
    left: Record
    right: Record
    customer_id: str
    other_id: str
    n_records: int
    n_pairs: int


@dataclass(frozen=True)
class Queue(Sequence[Entry]):
    """The first doubts, and how many are left in all."""

    entries: tuple[Entry, ...]
    n_left: int
    is_clear: bool

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, place: int | slice) -> Entry | tuple[Entry, ...]:
        return self.entries[place]

    def display(self) -> Display:
        """As a table of ``gm.report``; what it holds is masked already, or meant to be seen."""
        rows = [
            (
                place,
                one.value,
                DOUBTS[one.doubt],
                one.probability,
                one.left.record_id,
                said(one.left),
                one.right.record_id,
                said(one.right),
            )
            for place, one in enumerate(self.entries, 1)
        ]
        # Masked values are no longer personal; clear ones are counted by the report that they end up in.
        kind = "free_text" if self.is_clear else None
        columns = [
            Col("place", "BIGINT"),
            Col("value", "DOUBLE"),
            Col("doubt", "VARCHAR"),
            Col("probability", "DOUBLE", unit="share"),
            Col("left", "VARCHAR"),
            Col("left_record", "VARCHAR", pii=kind),
            Col("right", "VARCHAR"),
            Col("right_record", "VARCHAR", pii=kind),
        ]
        return table(
            Data(columns=columns, rows=rows, n_total=self.n_left),
            title=f"{self.n_left:,} doubts are left",
            masked=not self.is_clear,
            note=f"{CLEAR}. {KEEP}" if self.is_clear else "",
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


def said(record: Record) -> str:
    """What a record says, on one line."""
    return " · ".join(record.values.values())


def queue(desk: Desk, most: int, *, show: bool) -> Queue:
    """The first ``most`` doubts that are left."""
    desk.refresh()
    rows = list(islice(desk.open_rows(), most))
    is_clear = show or not desk.project.mask
    records = desk.records([key for row in rows for key in (row.left_id, row.right_id)], show=is_clear)
    return Queue(
        tuple(
            Entry(
                row.value,
                row.doubt,
                row.reason,
                row.probability,
                records[row.left_id],
                records[row.right_id],
                row.customer_id,
                row.other_id,
                row.n_records,
                row.n_pairs,
            )
            for row in rows
        ),
        desk.progress().n_left,
        is_clear,
    )
