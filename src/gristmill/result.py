"""The result of a query: displays well, knows its SQL and its row count, becomes what you ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gristmill.personal import MIXED, NONE, UNKNOWN

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from gristmill.engine import Column
    from gristmill.mill import Mill
    from gristmill.report import Data
    from gristmill.report.display import Display

DISPLAYED = 50


class Result:
    """A query that is computed when it is asked for; ``relation`` when it is a stored one.

    What is displayed is masked by column lineage unless the project says otherwise; what is handed
    over (``rows``, ``to_arrow``, …) is the data itself.
    """

    def __init__(
        self, mill: Mill, sql: str, params: Mapping[str, Any], *, relation: str | None = None
    ) -> None:
        self._mill = mill
        self.sql = sql
        self.params = dict(params)
        self.relation = relation

    @cached_property
    def columns(self) -> list[Column]:
        """Names and types."""
        return self._mill.engine.describe(self.sql, self.params)

    @cached_property
    def n_rows(self) -> int:
        """How many rows there are."""
        return int(self._mill.engine.scalar(f"select count(*) from ({self.sql}\n)", self.params))

    def __len__(self) -> int:
        return self.n_rows

    def rows(self, most: int | None = None) -> list[tuple[Any, ...]]:
        """The rows as tuples; all of them when ``most`` is None."""
        limit = "" if most is None else f" limit {int(most)}"
        return self._mill.engine.rows(f"select * from ({self.sql}\n){limit}", self.params)

    def records(self, most: int | None = None) -> list[dict[str, Any]]:
        """The rows as dictionaries by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows(most)]

    def record(self) -> dict[str, Any]:
        """The first row by column name; every value None when there is no row."""
        found = self.records(1)
        return found[0] if found else dict.fromkeys(column.name for column in self.columns)

    def scalar(self) -> Any:
        """First column of the first row; None when there is no row."""
        return self._mill.engine.scalar(self.sql, self.params)

    def to_arrow(self) -> pa.Table:
        """All rows as an Arrow table."""
        return self._mill.engine.fetch(self.sql, self.params)

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a pandas DataFrame."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> pl.DataFrame:
        """All rows as a Polars DataFrame; needs polars to be installed."""
        import polars as pl

        return pl.DataFrame(self.to_arrow())

    def data(self, most: int = 1000, *, mask_by: str | None = None, clear: Sequence[str] = ()) -> Data:
        """What the helpers of ``gm.report`` take: rows, columns with pii kinds, the SQL behind them.

        ``mask_by`` names the column that says which column a row speaks of, as ``column_name`` in
        ``clean.changes``: values of mixed kinds are then masked row by row. ``clear`` names columns
        whose author vouches that the query itself leaves everything personal out.
        """
        from gristmill.report import Col, Data

        names = [column.name for column in self.columns]
        kinds = {**self._mill.kinds(self.sql, self.columns), **dict.fromkeys(clear, NONE)}
        rows = self.rows(most)
        n_total = len(rows) if len(rows) < most else self.n_rows
        if mask_by and self._mill.project.mask:
            rows = self._masked_rows(rows, names, kinds, mask_by)
            kinds = {name: NONE if kind in (MIXED, UNKNOWN) else kind for name, kind in kinds.items()}
        return Data(
            columns=[
                Col(c.name, c.type, pii=None if kinds[c.name] == NONE else kinds[c.name])
                for c in self.columns
            ],
            rows=rows,
            n_total=n_total,
            sql=self._mill.shown(self.sql, self.params),
            relation=self.relation,
        )

    def _masked_rows(
        self, rows: list[tuple[Any, ...]], names: Sequence[str], kinds: Mapping[str, str], by: str
    ) -> list[tuple[Any, ...]]:
        from gristmill.report.mask import mask

        mixed = {i for i, name in enumerate(names) if kinds[name] in (MIXED, UNKNOWN) and name != by}
        speaks_of = names.index(by)
        return [
            tuple(
                mask(value, kind)
                if i in mixed and (kind := self._mill.personal.of_name(row[speaks_of])) != NONE
                else value
                for i, value in enumerate(row)
            )
            for row in rows
        ]

    def table(
        self, *, most: int = 1000, mask_by: str | None = None, clear: Sequence[str] = (), **options: Any
    ) -> Display:
        """The rows as a sortable table; options as ``gm.report.table``."""
        from gristmill import report

        return report.table(
            self.data(most, mask_by=mask_by, clear=clear), masked=self._mill.project.mask, **options
        )

    def bars(self, x: str, y: str, *, clear: Sequence[str] = (), **options: Any) -> Display:
        """A bar chart; options as ``gm.report.bars``."""
        from gristmill import report

        return report.bars(self.data(clear=clear), x, y, masked=self._mill.project.mask, **options)

    def lines(self, x: str, y: str | Sequence[str], *, clear: Sequence[str] = (), **options: Any) -> Display:
        """A line chart; options as ``gm.report.lines``."""
        from gristmill import report

        return report.lines(self.data(clear=clear), x, y, masked=self._mill.project.mask, **options)

    def stacked(self, x: str, y: str, color: str, *, clear: Sequence[str] = (), **options: Any) -> Display:
        """Stacked bars; options as ``gm.report.stacked``."""
        from gristmill import report

        return report.stacked(self.data(clear=clear), x, y, color, masked=self._mill.project.mask, **options)

    def heatmap(self, x: str, y: str, value: str, *, clear: Sequence[str] = (), **options: Any) -> Display:
        """A heat map; options as ``gm.report.heatmap``."""
        from gristmill import report

        return report.heatmap(self.data(clear=clear), x, y, value, masked=self._mill.project.mask, **options)

    def flows(
        self, source: str, target: str, value: str, *, clear: Sequence[str] = (), **options: Any
    ) -> Display:
        """A flow chart; options as ``gm.report.flows``."""
        from gristmill import report

        return report.flows(
            self.data(clear=clear), source, target, value, masked=self._mill.project.mask, **options
        )

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, Any]:
        return self.table(most=DISPLAYED)._repr_mimebundle_()

    def __repr__(self) -> str:
        return f"<Result of {self.relation or self.sql.splitlines()[0][:60]}: {self.n_rows:,} rows>"
