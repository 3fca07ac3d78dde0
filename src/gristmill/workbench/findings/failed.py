"""The failing rows of one check: found once, kept in a scratch table, so that filters answer at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gristmill import failing
from gristmill.errors import ParameterError, Problem
from gristmill.personal import NONE
from gristmill.report import Col, Data, mask, table
from gristmill.workbench import opened
from gristmill.workbench.findings.listing import Finding, named

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gristmill.mill import Mill
    from gristmill.report.display import Display

LARGE = 100_000
"""Judged rows from which on a check that held is not run again."""
VALUES = 12
"""Most frequent values that are offered as filters."""
KEPT = "findings.failed_"
FILTERED = (
    ' where ($any_value or "value" is not distinct from $value) and ($any_source or _source is not distinct from $source)'
    " and ($text = '' or contains(lower(concat_ws(' ', \"value\", \"key\", reason)), lower($text)))"
)
NOTHING: Any = object()
"""No filter; None asks for rows without a value."""


@dataclass(frozen=True)
class Row:
    """A failing row; key and value are masked where they are personal, unless they are to be shown."""

    place: int
    """Among all failing rows of the check, from 1."""
    key: str | None
    value: str | None
    reason: str
    source: str | None
    file: str | None
    row: int | None


@dataclass(frozen=True)
class Failed:
    """Failing rows of a check, filtered."""

    finding: Finding
    rows: tuple[Row, ...]
    n_rows: int
    """Rows that the filter lets through; ``rows`` are the first of them."""
    n_all: int
    is_clear: bool
    kind: str
    """pii kind of the values."""
    notes: tuple[str, ...]

    def display(self) -> Display:
        """As a table of ``gm.report``."""
        columns = [
            Col("key", "VARCHAR", pii="id" if self.is_clear else None),
            Col("value", "VARCHAR", pii=self.kind if self.is_clear and self.kind != "none" else None),
            Col("reason", "VARCHAR"),
            Col("source", "VARCHAR"),
            Col("file", "VARCHAR"),
            Col("row", "BIGINT"),
        ]
        rows = [(one.key, one.value, one.reason, one.source, one.file, one.row) for one in self.rows]
        return table(
            Data(columns=columns, rows=rows, n_total=self.n_rows),
            title=f"{self.finding.name}: {self.n_rows:,} of {self.n_all:,} failing rows",
            note=" ".join((self.finding.sentence + ".", *self.notes)),
            masked=not self.is_clear,
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.display()._repr_mimebundle_()


class Kept:
    """The failing rows of a check in a scratch table of the open run, until its check module is changed."""

    def __init__(self, mill: Mill, finding: Finding) -> None:
        self.finding = finding
        self.engine = mill.engine
        self.stamp = stamp(mill, finding)
        name = hashlib.md5(finding.name.encode(), usedforsecurity=False).hexdigest()[:10]
        self.table = KEPT + name
        self.notes: tuple[str, ...] = ()
        self.kind: Callable[[str | None], str] = lambda _: NONE
        self.value_kind = NONE
        self.n_rows = 0
        self.values: list[tuple[str | None, int]] = []
        self.sources: list[tuple[str | None, int]] = []
        # What the run found to hold is not asked again where that takes seconds: whether ten million keys are different.
        is_small = finding.n < LARGE
        if is_small or finding.n_failed or finding.verdict == "error" or _is_newer(mill, finding):
            self._find(mill, finding)

    def _find(self, mill: Mill, finding: Finding) -> None:
        found = failing.of(mill, [finding.key])
        self.notes = found.notes
        self.kind = lambda column: found.kind(finding.relation, column)
        self.value_kind = self.kind(finding.column)
        # The columns of the rows in the order they are shown everywhere.
        self.n_rows = self.engine.make(
            self.table,
            'select row_number() over (order by column_name, _row, _file, "key", reason) as place, "key", "value", reason,'
            f" _source, _file, _row, column_name from ({found.select})",
        )
        self.values = self._top('"value"')
        self.sources = self._top("_source")

    def _top(self, column: str) -> list[tuple[str | None, int]]:
        rows = self.engine.rows(
            f"select {column}, count(*) as n from {self.table} group by all order by n desc, {column} limit {VALUES}"
        )
        return [(value, int(n)) for value, n in rows]

    def is_personal(self) -> bool:
        """Whether anything of its rows is masked where nobody asks to see it."""
        return self.value_kind != "none" or self.kind("") != "none"

    def check_search(self, text: str, *, show: bool) -> None:
        """Refuse a search in what is masked. Raises ParameterError."""
        if text and not show and self.is_personal():
            # It would tell what the mask hides.
            raise ParameterError(
                Problem("Masked values cannot be searched.", hint="show them first, or filter by source")
            )

    def page(
        self,
        *,
        value: Any = NOTHING,
        source: Any = NOTHING,
        text: str = "",
        first: int = 0,
        most: int = 20,
        show: bool = False,
    ) -> tuple[int, tuple[Row, ...]]:
        """How many rows a filter lets through, and some of them."""
        self.check_search(text, show=show)
        if not self.n_rows:
            return 0, ()
        given = {
            "any_value": value is NOTHING,
            "value": None if value is NOTHING else value,
            "any_source": source is NOTHING,
            "source": None if source is NOTHING else source,
            "text": text.strip(),
        }
        n = int(self.engine.scalar(f"select count(*) from {self.table}{FILTERED}", given))
        found = self.engine.rows(
            f'select place, "key", "value", reason, _source, _file, _row, column_name from {self.table}{FILTERED}'
            f" order by place limit {int(most)} offset {int(first)}",
            given,
        )
        return n, tuple(self._row(*row, show=show) for row in found)

    def _row(self, place: int, key: Any, value: Any, *rest: Any, show: bool) -> Row:
        reason, source, file, row, column = rest
        if not show:
            key, value = mask(key, self.kind("")), mask(value, self.kind(column or self.finding.column))
        return Row(int(place), key, value, reason, source, file, row)


_KEPT: dict[tuple[int, tuple[str, str | None, str]], Kept] = {}
"""By open run and check."""
MOST_KEPT = 8
"""Tables of failing rows that are held in memory at once."""


def kept(mill: Mill, finding: Finding) -> Kept:
    """The failing rows of a check, found when they are first asked for."""
    key = (id(mill.engine), finding.key)
    held = _KEPT.get(key)
    if held is None or held.engine is not mill.engine or held.stamp != stamp(mill, finding):
        for old in [one for one in _KEPT if one[0] != key[0] or one == key]:
            del _KEPT[old]
        while len(_KEPT) >= MOST_KEPT:
            gone = _KEPT.pop(next(iter(_KEPT)))
            gone.engine.drop(gone.table)
        held = _KEPT[key] = Kept(mill, finding)
    return held


def _module(mill: Mill, finding: Finding) -> Path | None:
    from gristmill.checks import module_files

    return module_files([layer.root for layer in mill.project.layers]).get(finding.relation)


def _is_newer(mill: Mill, finding: Finding) -> bool:
    """Whether the check module may be another one than the run judged by."""
    path, run = _module(mill, finding), mill.published
    if path is None or run is None:
        return True
    return path.stat().st_mtime >= dt.datetime.fromisoformat(run.started_at).timestamp()


def stamp(mill: Mill, finding: Finding) -> str:
    """Differs when the check module that speaks of the relation was changed."""
    path = _module(mill, finding)
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path else ""


def failed(
    check: str, *, value: str | None, source: str | None, contains: str, most: int, show: bool
) -> Failed:
    """The rows of one check, filtered."""
    mill = opened.mill()
    held = kept(mill, named(mill, check))
    is_clear = show or not mill.project.mask
    n, rows = held.page(
        value=NOTHING if value is None else value,
        source=NOTHING if source is None else source,
        text=contains,
        most=most,
        show=is_clear,
    )
    return Failed(held.finding, rows, n, held.n_rows, is_clear, held.value_kind, held.notes)
