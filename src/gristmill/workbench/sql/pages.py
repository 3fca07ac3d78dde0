"""A result in pages: counted, sorted and cut by the database, masked before it leaves it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

from gristmill.engine import quote
from gristmill.errors import EngineError, ParameterError, Problem, did_you_mean
from gristmill.personal import NONE
from gristmill.report import Col, Data
from gristmill.report.tables import payload
from gristmill.workbench import opened

if TYPE_CHECKING:
    from gristmill.engine import Column
    from gristmill.engine.duckdb import DuckDBEngine
    from gristmill.mill import Mill

SIZE = 20
"""Rows of a page."""
HELD_ROWS = 6_000_000
"""A result up to this size is computed once and kept while it is looked at; a larger one is asked anew for each page."""
HELD_IN_ALL = 10_000_000
"""Rows of all results that are kept together."""
NEAR = 1000
"""A page that begins so near the top is found without putting all rows in order."""
HELD_TABLES = 6
"""Results kept at a time; the one that was looked at the longest ago goes first, and comes back when it is asked for."""

_NUMBER = count(1)
_KEPT: list[Pages] = []


@dataclass(frozen=True)
class Field:
    """A column of a result."""

    name: str
    type: str
    kind: str | None
    """Of personal data; None for none."""
    n_null: int
    share_null: float
    """0 of a result without rows."""


@dataclass(frozen=True)
class Page:
    """Some rows of a result."""

    start: int
    """Rows before it."""
    data: Data
    is_clear: bool
    """True when personal data is shown as it is, or there is none to mask."""

    def cells(self) -> list[list[str | bool | None]]:
        """As people read them: figures with separators, NULL as None."""
        found = payload(self.data, None, None, max_rows=len(self.data.rows), masked=not self.is_clear)
        rows: list[list[str | bool | None]] = found["rows"]
        return rows

    def csv(self) -> str:
        """The rows for a spreadsheet, figures as they are."""
        shown = self.data.masked(not self.is_clear)[0]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in shown.columns])
        writer.writerows(["" if value is None else value for value in row] for row in shown.rows)
        return out.getvalue()


class Pages:
    """A query of a mill, looked at page by page. Sorting has a total order: ties stay as the query gave them."""

    def __init__(self, mill: Mill, sql: str, params: Mapping[str, Any]) -> None:
        self._mill = mill
        self._sql = sql
        self._params = dict(params)
        self._engine: DuckDBEngine | None = None
        self._table: str | None = None
        self.n_kept = 0
        """Rows of the table that is kept."""
        self._orders: dict[tuple[str, bool], str] = {}

    @cached_property
    def fields(self) -> list[Field]:
        """The columns, with the exact share of nulls."""
        source, params = self._source()
        columns = self._columns
        counts = ", ".join(f"count({quote(column.name)})" for column in columns)
        n, *filled = self._mill.engine.rows(f"select count(*), {counts} from {source}", params)[0]
        kinds = self._mill.kinds(self._sql, columns)
        return [
            Field(
                column.name,
                column.type,
                None if kinds[column.name] == NONE else kinds[column.name],
                n - have,
                (n - have) / n if n else 0.0,
            )
            for column, have in zip(columns, filled, strict=True)
        ]

    @cached_property
    def n_rows(self) -> int:
        """How many rows there are."""
        source, params = self._source()
        return int(self._mill.engine.scalar(f"select count(*) from {source}", params))

    @cached_property
    def _columns(self) -> list[Column]:
        source, params = self._source()
        return self._mill.engine.describe(f"select * from {source}", params)

    @property
    def is_old(self) -> bool:
        """True when a newer run was published than the one that is read."""
        return self._mill.published is not None and opened.is_old(self._mill)

    def page(
        self,
        start: int = 0,
        size: int = SIZE,
        *,
        by: str | None = None,
        down: bool = False,
        show: bool = False,
    ) -> Page:
        """Rows from ``start``, in the order of the query or of a column, nulls last; ``down`` for the largest first.

        Raises ParameterError for a column that the result does not have.
        """
        names = [one.name for one in self.fields]
        if by is not None and by not in names:
            raise ParameterError(Problem(f"The result has no column {by!r}.", hint=did_you_mean(by, names)))
        start = max(0, min(start, self.n_rows - 1))
        rows = self._rows(start, size, by, down)
        columns = [Col(one.name, one.type, pii=one.kind) for one in self.fields]
        is_clear = show or not self._mill.project.mask or not any(one.kind for one in self.fields)
        return Page(start, Data(columns=columns, rows=rows, n_total=self.n_rows), is_clear)

    def _rows(self, start: int, size: int, by: str | None, down: bool) -> list[tuple[Any, ...]]:
        source, params = self._source()
        engine = self._mill.engine
        if self._table is None:
            order = f" order by {_order(by, down)}, {self._every(by)}" if by else ""
            return engine.rows(f"select * from {source}{order} limit {size} offset {start}", params)
        if by is None:
            return engine.rows(
                f"select * from {source} where rowid >= {start} and rowid < {start + size} order by rowid"
            )
        if start < NEAR and (by, down) not in self._orders:
            sorted_by = f"{_order(by, down)}, rowid"
            return engine.rows(
                f"select t.* from (select rowid as r from {source} order by {sorted_by} limit {size} offset {start}) as o"
                f" join {source} as t on t.rowid = o.r order by t.{_order(by, down)}, t.rowid"
            )
        order = self._ordered(by, down)
        return engine.rows(
            f"select t.* from {order} as o join {source} as t on t.rowid = o.r"
            f" where o.rowid >= {start} and o.rowid < {start + size} order by o.rowid"
        )

    def _ordered(self, by: str, down: bool) -> str:
        """A table of the row numbers in the order of a column: the second page of it costs nothing."""
        found = self._orders.get((by, down))
        if found is None:
            found = self._orders[by, down] = f"temp.{quote(f'gristmill_order_{next(_NUMBER)}')}"
            self._mill.engine.execute(
                f"create temp table {found.removeprefix('temp.')} as select rowid as r from {self._table}"
                f" order by {_order(by, down)}, rowid"
            )
        return found

    def _every(self, but: str | None) -> str:
        return ", ".join(quote(one.name) for one in self._columns if one.name != but) or "1"

    def _source(self) -> tuple[str, dict[str, Any]]:
        """What to select from: the kept table, else the query itself."""
        engine = self._mill.engine
        if self._engine is not engine:
            # A mill that was closed and is open again has lost what was kept in it.
            self._engine, self._table, self._orders = engine, None, {}
            self._keep(engine)
        if self in _KEPT:
            _KEPT.remove(self)
            _KEPT.append(self)
        if self._table is not None:
            return self._table, {}
        return f"({self._sql}\n)", self._params

    def _keep(self, engine: DuckDBEngine) -> None:
        name = f"gristmill_page_{next(_NUMBER)}"
        engine.execute(
            f"create temp table {quote(name)} as select * from ({self._sql}\n) limit {HELD_ROWS + 1}",
            self._params,
        )
        n = int(engine.scalar(f"select count(*) from temp.{quote(name)}"))
        if n > HELD_ROWS:
            engine.execute(f"drop table temp.{quote(name)}")
            return
        self._table = f"temp.{quote(name)}"
        self.n_kept = n
        _KEPT.append(self)
        while len(_KEPT) > HELD_TABLES or (len(_KEPT) > 1 and sum(one.n_kept for one in _KEPT) > HELD_IN_ALL):
            _KEPT[0].let_go()

    def let_go(self) -> None:
        """Drop what is kept; the next page asks the query again."""
        if self in _KEPT:
            _KEPT.remove(self)
        # A mill that was closed meanwhile has let go of everything itself.
        with suppress(EngineError):
            for table in (self._table, *self._orders.values()):
                if table and self._engine is not None:
                    self._engine.execute(f"drop table if exists {table}")
        self._engine, self._table, self._orders = None, None, {}


def _order(by: str, down: bool) -> str:
    return f"{quote(by)} {'desc' if down else 'asc'} nulls last"


def let_go_of_all() -> None:
    """Drop what is kept of every result."""
    while _KEPT:
        _KEPT[-1].let_go()
