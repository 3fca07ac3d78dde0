"""The guesses of a source as a notebook shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from gristmill.report import Col, Data, table
from gristmill.report.mask import mask
from gristmill.sources.draft import expression

if TYPE_CHECKING:
    from gristmill.report.display import Display
    from gristmill.workbench.mapping.desk import Desk


@dataclass(frozen=True)
class Entry:
    """A raw column and what it is taken for."""

    raw: str
    canonical: str | None
    """None: nothing is taken from it."""
    confidence: float | None
    """0 to 1."""
    reason: str
    sql: str
    """The expression that makes the canonical column; empty for none."""
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Guesses(Sequence[Entry]):
    """What a source is taken for, column by column."""

    source: str
    entity: str
    confidence: float
    """0 to 1; how clearly this entity wins over the next."""
    reason: str
    entries: tuple[Entry, ...]
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
        columns = [
            Col("raw", "VARCHAR", label="raw column"),
            Col("canonical", "VARCHAR", label="taken for"),
            Col("confidence", "DOUBLE", unit="share"),
            Col("reason", "VARCHAR"),
            Col("samples", "VARCHAR", pii="free_text" if self.is_clear else None),
        ]
        rows = [
            (one.raw, one.canonical, one.confidence, one.reason, " · ".join(one.samples))
            for one in self.entries
        ]
        return table(
            Data(columns=columns, rows=rows),
            title=f"{self.source} is taken for {self.entity}",
            masked=not self.is_clear,
            note=self.reason,
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


def guesses(desk: Desk, source: str, entity: str | None, *, show: bool) -> Guesses:
    """Every raw column once, in the order of the file."""
    guess = desk.guess(source, entity)
    is_clear = show or not desk.project.mask
    samples, kinds = desk.samples(source), desk.kinds(source)
    taken = {leaf: column for column in guess.columns for leaf in column.leaves}
    left = {one.leaf: one.reason for one in guess.unmapped}
    entries = []
    for leaf in desk.leaves(source):
        column = taken.get(leaf)
        texts = samples[leaf] if is_clear else [str(mask(value, kinds[leaf])) for value in samples[leaf]]
        entries.append(
            Entry(
                leaf.label,
                column.canonical if column else None,
                column.confidence if column else None,
                column.reason if column else left.get(leaf, ""),
                expression(column) if column else "",
                tuple(dict.fromkeys(texts)),
            )
        )
    return Guesses(source, guess.entity, guess.confidence, guess.reason, tuple(entries), is_clear)
