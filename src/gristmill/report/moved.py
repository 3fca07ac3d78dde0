"""Single cells of a table beside what they were: which numbers of it are kept, and how they are told against an earlier run.

An author names the columns worth comparing. Their numbers are kept by the table's name, the row's key and the column, unless the
table is so long that nobody would look for what moved in it. Nothing of a personal column is kept, masked or not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gristmill.errors import ParameterError, Problem
from gristmill.report import numbers
from gristmill.report.cards import DIRECTIONS, one_of
from gristmill.report.data import Data
from gristmill.report.display import Payload
from gristmill.report.mask import is_personal

MOST = 600
"""Cells of one table that are kept; a table with more keeps none."""
BETWEEN = "\x1f"
"""Stands between the parts of a key; no cell holds it, since control characters are shown as signs."""

Row = Sequence[str | bool | None]


@dataclass
class Table:
    """The kept numbers of one table."""

    whole: bool = True
    """False when rows of it were left out: then a row that is not there says nothing."""
    rows: dict[str, dict[str, float]] = field(default_factory=dict)
    """Key of the row → column → number."""


def kept(
    data: Data,
    rows: Sequence[tuple[Any, ...]],
    name: str,
    change: Mapping[str, str | None],
    key: str | Sequence[str] | None,
) -> dict[str, Any] | None:
    """What a table's payload keeps to be compared by; None where nothing may be kept.

    ``rows`` are the values themselves. Raises ParameterError for a column that is not there or no number, and an unknown direction.
    """
    keys = (
        [data.names[0]] if key is None and data.names else [key] if isinstance(key, str) else list(key or ())
    )
    places = [data.index(one) for one in keys]
    numeric = [i for i, col in enumerate(data.columns) if col.is_number]
    for column, better in change.items():
        if data.index(column) not in numeric:
            raise ParameterError(
                Problem(f"{column} is not a number, so it has no change.", where=data.relation)
            )
        if better is not None:
            one_of(better, DIRECTIONS, "direction")
    personal = {i for i, col in enumerate(data.columns) if is_personal(col.pii)}
    chosen = {i: better for column, better in change.items() if (i := data.index(column)) not in personal}
    if not chosen or not places or personal & set(places) or len(rows) * len(chosen) > MOST:
        return None
    values = {i: [_number(row[i]) for row in rows] for i in chosen}
    return {
        "name": name,
        "keys": places,
        "better": {str(i): better for i, better in chosen.items()},
        "values": {str(i): column for i, column in values.items()},
        "decimals": {
            str(i): None
            if data.columns[i].is_share
            else numbers.decimals_of([value for value in column if value is not None])
            for i, column in values.items()
        },
        "whole": data.total <= len(rows),
    }


def table(payload: Payload) -> Table | None:
    """The numbers that a table keeps; of rows that cannot be told apart only that they were there."""
    known = payload.get("kept")
    if not known:
        return None
    found = Table(bool(known["whole"]))
    columns = {str(i): payload["columns"][int(i)]["key"] for i in known["values"]}
    seen: set[str] = set()
    for n, row in enumerate(payload["rows"]):
        key = _key(row, known["keys"])
        if key in seen:
            found.rows[key] = {}
            continue
        seen.add(key)
        found.rows[key] = {
            column: values[n]
            for i, column in columns.items()
            if (values := known["values"][i])[n] is not None
        }
    return found


def compared(payload: Payload, now: Table, before: Table) -> Payload:
    """The table with the change of its cells since ``before``, rows that are new, and keys of those that are gone."""
    known = payload["kept"]
    row_keys = [_key(row, known["keys"]) for row in payload["rows"]]
    moves = {}
    for i, better in known["better"].items():
        column = payload["columns"][int(i)]["key"]
        moves[i] = [
            _move(now.rows[key].get(column), before.rows[key].get(column), better, known["decimals"][i])
            if key in now.rows and key in before.rows
            else None
            for key in row_keys
        ]
    fresh = [
        n for n, key in enumerate(row_keys) if before.whole and key in now.rows and key not in before.rows
    ]
    gone = (
        [key.split(BETWEEN) for key in before.rows if key not in row_keys]
        if now.whole and before.whole
        else []
    )
    return {**payload, "moves": moves, "fresh": fresh, "gone": gone}


def read(content: Mapping[str, Any]) -> Table:
    """A table as it was written; raises TypeError, KeyError or ValueError for one that was not written by us."""
    rows = {
        str(key): {str(column): float(value) for column, value in row.items()}
        for key, row in content["rows"].items()
    }
    return Table(bool(content["whole"]), rows)


def _key(row: Row, places: Sequence[int]) -> str:
    return BETWEEN.join("–" if row[i] is None else str(row[i]) for i in places)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not math.isfinite(value):
        return None
    return float(value)


def _move(
    now: float | None, was: float | None, better: str | None, decimals: int | None
) -> dict[str, Any] | None:
    """The change as it is told; None where there is none, or none that the column's decimals would show."""
    if now is None or was is None:
        return None
    change = round(now - was, 9)
    size = numbers.percent(abs(change)) if decimals is None else numbers.number(abs(change), decimals)
    if not change or size.startswith("<") or not size.strip("0.,%"):
        return None
    return {
        "text": size.removesuffix("%") + " pp" if decimals is None else size,
        "up": change > 0,
        "good": None if better is None else (change > 0) == (better == "higher"),
    }
