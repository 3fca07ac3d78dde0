"""What a helper of the report is given: columns and rows, and where they came from.

Nothing here reads a database; whoever has the rows fills a ``Data`` and hands it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gristmill.errors import ParameterError, Problem, did_you_mean, listed
from gristmill.report.mask import is_personal, mask

_NUMBERS = ("tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger",
            "ubigint", "uhugeint", "int", "float", "double", "real", "decimal", "numeric")  # fmt: skip


@dataclass(frozen=True)
class Col:
    """One column of what is shown."""

    name: str
    type: str = "varchar"
    """The engine's word for the type, any case: BIGINT, DECIMAL(18,4), DATE, VARCHAR[] …"""
    pii: str | None = None
    """Kind of personal data (name, email, …); None or "none" is shown as it is."""
    meaning: str | None = None
    """One sentence for a person; shown when pointing at the heading."""
    unit: str | None = None
    """KRW, days, …; "share" means 0..1 shown as a percentage. None: no unit (a column named share_… is a share)."""
    label: str | None = None
    """The heading; None makes one from the name."""

    @property
    def base_type(self) -> str:
        """The type in lower case without its arguments: decimal for DECIMAL(18,4)."""
        return self.type.strip().lower().split("(")[0].strip()

    @property
    def is_number(self) -> bool:
        """A number that is shown as one: a masked number is text."""
        return self.base_type in _NUMBERS and "[" not in self.type

    @property
    def is_time(self) -> bool:
        """A date or a timestamp."""
        return self.base_type.startswith(("date", "timestamp")) and "[" not in self.type

    @property
    def is_share(self) -> bool:
        """A number between 0 and 1 that reads as a percentage."""
        return self.unit == "share" or (
            self.unit is None and self.is_number and self.name.startswith("share_")
        )

    @property
    def heading(self) -> str:
        """The words over the column."""
        if self.label is not None:
            return self.label
        words = self.name.replace("_", " ").strip() or self.name
        for prefix in ("n ", "is "):
            words = words.removeprefix(prefix)
        return words


@dataclass(frozen=True)
class Data:
    """Rows with their columns; ``rows`` may be a part of what there is."""

    columns: Sequence[Col]
    rows: Sequence[tuple[Any, ...]]
    n_total: int | None = None
    """Rows there are in all; None means ``rows`` is all of them."""
    sql: str | None = None
    """The query as it ran, parameters bound; None when there is none to show."""
    relation: str | None = None
    """The relation the rows were read from, such as ``segment.rfm``."""
    names: tuple[str, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(col.name for col in self.columns))

    @property
    def total(self) -> int:
        """Rows there are in all."""
        return len(self.rows) if self.n_total is None else max(self.n_total, len(self.rows))

    def index(self, name: str) -> int:
        """Position of a column; raises ParameterError with the nearest spelling."""
        if name not in self.names:
            raise ParameterError(
                Problem(
                    f"There is no column {name} in this data.",
                    where=self.relation,
                    expected=f"Columns: {listed(self.names)}.",
                    hint=did_you_mean(name, self.names),
                )
            )
        return self.names.index(name)

    def masked(self, on: bool) -> tuple[Data, tuple[str, ...]]:
        """The data as it may be shown, and the pii kinds in it.

        ``on=False`` leaves the values; the kinds are told all the same, so that a page can warn.
        """
        personal = {i: str(col.pii) for i, col in enumerate(self.columns) if is_personal(col.pii)}
        kinds = tuple(sorted(set(personal.values())))
        if not on or not personal:
            return self, kinds
        rows = [
            tuple(mask(value, personal[i]) if i in personal else value for i, value in enumerate(row))
            for row in self.rows
        ]
        cols = [
            Col(col.name, "varchar", col.pii, col.meaning, None, col.label) if i in personal else col
            for i, col in enumerate(self.columns)
        ]
        return Data(cols, rows, self.n_total, self.sql, self.relation), kinds
