"""What a relation looks like: small aggregates that the templates of ``sql/draft`` make of its values.

At most MOST_ROWS rows are looked at value by value, so memory does not grow with the table; what is
drafted from them is counted on all rows before it is written (``rules.counted``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

from gristmill import base
from gristmill.checks.types import family
from gristmill.engine import Column, Engine, quote, quote_relation

MOST_ROWS = 100_000
"""Rows looked at value by value; of a larger relation an even sample of about as many."""
MOST_CHARACTERS = 300
"""A longer text is judged by its beginning."""
MOST_PAIRED = 30
"""Columns that are compared with each other."""
OWN = frozenset({"_source", "_file", "_row", "_system"})
"""Columns that gristmill adds; nothing is drafted for them."""
SAMPLE = "draft.sample"
_TEMPLATES = (
    "forms",
    "columns",
    "masks",
    "points",
    "numbers",
    "outliers",
    "sets",
    "near",
    "stand_ins",
    "series",
    "check_digits",
)
_PROBED = 4_000
"""Rows that tell whether a dependency is worth measuring."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ordered:
    """Two columns of numbers or moments of which the first is nearly never above the second."""

    low: int
    high: int
    n: int
    """Rows that have both."""
    n_failed: int
    """Rows in which the first is above the second."""


@dataclass(frozen=True)
class Dependency:
    """A column that decides another one but for a few rows."""

    determinant: int
    dependent: int
    n: int
    """Rows in groups of at least two."""
    n_failed: int


@dataclass(frozen=True)
class Profile:
    """Everything that rules are drafted from. A column's number is its place in ``columns``."""

    relation: str
    n_rows: int
    n_sampled: int
    columns: tuple[Column, ...]
    seen: Mapping[int, Row]
    """Column → its row of draft.columns; a column without any value has none."""
    numbers: Mapping[int, Row]
    outliers: Mapping[int, Sequence[Row]]
    masks: Mapping[int, Sequence[Row]]
    sets: Mapping[int, Sequence[Row]]
    near: Mapping[int, Sequence[Row]]
    stand_ins: Mapping[int, Sequence[Row]]
    series: Mapping[int, Sequence[Row]]
    check_digits: Mapping[int, Sequence[Row]]
    ordered: Sequence[Ordered]
    dependencies: Sequence[Dependency]
    has_order: bool
    """The rows stand in an order of their own (``_row``)."""

    def seen_of(self, i: int) -> Row:
        """A column's row of draft.columns, zeros where it has no value."""
        return self.seen.get(i, _NOTHING)

    def n_missing(self, i: int) -> int:
        """Rows of the sample without a value."""
        return self.n_sampled - int(self.seen_of(i)["n_filled"])


class _Zeros(dict[str, Any]):
    def __missing__(self, _: str) -> int:
        return 0


_NOTHING = _Zeros()


def text_of(column: Column) -> str:
    """A column as text."""
    return quote(column.name) if family(column.type) == "text" else f"cast({quote(column.name)} as varchar)"


def is_plain(column: Column) -> bool:
    """Whether a column holds single values that can be read as text."""
    return family(column.type) != "other" or column.type.upper() in (
        "UUID",
        "TIME",
        "TIMESTAMP WITH TIME ZONE",
    )


def profile(engine: Engine, relation: str) -> Profile:
    """Look at a stored relation. Raises EngineError when it is not there."""
    columns = tuple(column for column in engine.columns(relation) if column.name not in OWN)
    names = {column.name for column in engine.columns(relation)}
    n_rows = int(engine.scalar(f"select count(*) from {quote_relation(relation)}"))
    n_sampled = _take(engine, relation, columns, n_rows, has_order="_row" in names)
    _fill(engine, columns)
    for schema, names_ in (("clean", ("placeholders",)), ("draft", _TEMPLATES)):
        for name in names_:
            base.make(engine, f"{schema}/{name}")
    made = {name: _by_column(engine, name) for name in _ORDER}
    seen = {i: rows[0] for i, rows in made["columns"].items()}
    numbers = {i: rows[0] for i, rows in made["numbers"].items()}
    return Profile(
        relation=relation,
        n_rows=n_rows,
        n_sampled=n_sampled,
        columns=columns,
        seen=seen,
        numbers=numbers,
        outliers=made["outliers"],
        masks=made["masks"],
        sets=made["sets"],
        near=made["near"],
        stand_ins=made["stand_ins"],
        series=made["series"],
        check_digits=made["check_digits"],
        ordered=tuple(_ordered(engine, seen, numbers)),
        dependencies=tuple(_dependencies(engine, seen)),
        has_order="_row" in names,
    )


def _take(engine: Engine, relation: str, columns: Sequence[Column], n_rows: int, *, has_order: bool) -> int:
    """``draft.sample``: row_no and the columns as text c0, c1, …; an even sample by md5 of the row's number."""
    number = "_row" if has_order else "row_number() over ()"
    picked = ", ".join(
        f"left({text_of(column)}, {MOST_CHARACTERS}) as c{i}"
        for i, column in enumerate(columns)
        if is_plain(column)
    )
    inner = f"select {number} as row_no, * from {quote_relation(relation)}"
    where = ""
    if n_rows > MOST_ROWS:
        limit = f"{int(MOST_ROWS / n_rows * 16**8):08x}"
        where = f" where left(md5(cast(row_no as varchar)), 8) < '{limit}'"
    return engine.make(
        SAMPLE,
        f"select cast(row_no as bigint) as row_no{', ' + picked if picked else ''} from ({inner}){where}",
    )


def _fill(engine: Engine, columns: Sequence[Column]) -> None:
    """``draft.cell_values``: each value of each column with its rows; one column of the sample is read at a time."""
    engine.make(
        "draft.cell_values",
        "select cast(null as integer) as column_no, cast(null as varchar) as value, cast(null as bigint) as n,"
        " cast(null as bigint) as first_no, cast(null as bigint) as last_no where false",
    )
    for i, column in enumerate(columns):
        if is_plain(column):
            engine.execute(
                f"insert into draft.cell_values select {i}, c{i}, count(*), min(row_no), max(row_no)"
                f" from {SAMPLE} where c{i} is not null group by c{i}"
            )


_ORDER = {
    "columns": "column_no",
    "numbers": "column_no",
    "outliers": "column_no, side",
    "masks": "column_no, is_short, place",
    "sets": "column_no, n desc, value",
    "near": "column_no, n desc, value",
    "stand_ins": "column_no, value",
    "series": "column_no",
    "check_digits": "column_no, n_wrong, prefix",
}


def _by_column(engine: Engine, what: str) -> dict[int, list[Row]]:
    names = [column.name for column in engine.columns(f"draft.{what}")]
    found: dict[int, list[Row]] = {}
    for row in engine.rows(f"select * from draft.{what} order by {_ORDER[what]}"):
        one = dict(zip(names, row, strict=True))
        found.setdefault(one["column_no"], []).append(one)
    return found


# -- columns beside each other ------------------------------------------------------------------------


def _probed(engine: Engine, expressions: Sequence[str]) -> list[tuple[Any, ...]]:
    """Some thousand rows: enough to tell which pairs of columns are worth counting on all of them.

    In Python, because a query of a thousand aggregates takes longer than they do there.
    """
    n = int(engine.scalar(f"select count(*) from {SAMPLE}"))
    step = max(1, n // _PROBED)
    inner = f"select row_number() over (order by row_no) as place, * from {SAMPLE}"
    return engine.rows(
        f"select {', '.join(expressions)} from ({inner}) where place % {step} = 0 order by place"
    )


def _ordered(engine: Engine, seen: Mapping[int, Row], numbers: Mapping[int, Row]) -> Iterator[Ordered]:
    """Pairs that keep an order which chance would not: rows further on would often break it."""
    kinds = {
        i: "moment" if seen[i]["n_moment"] else "number" for i in numbers if numbers[i]["n_points"] >= 10
    }
    chosen = list(kinds)[:MOST_PAIRED]
    if len(chosen) < 2:
        return
    read = {i: _read(kinds[i], i) for i in chosen}
    points = dict(zip(chosen, zip(*_probed(engine, list(read.values())), strict=True), strict=False))
    pairs = [
        (low, high)
        for low, high in permutations(chosen, 2)
        if points and kinds[low] == kinds[high] and _keeps_order(points[low], points[high])
    ]
    if not pairs:
        return
    counts = ", ".join(
        f"count(*) filter (where x{a} is not null and x{b} is not null), count(*) filter (where x{a} > x{b})"
        for a, b in pairs
    )
    inner = ", ".join(f"{sql} as x{i}" for i, sql in read.items())
    row = engine.rows(f"select {counts} from (select {inner} from {SAMPLE})")[0]
    for (low, high), n, failed in zip(pairs, row[::2], row[1::2], strict=True):
        if n >= 50 and failed <= 0.01 * n:
            yield Ordered(low, high, n, failed)


def _keeps_order(low: Sequence[Any], high: Sequence[Any]) -> bool:
    both = [(a, b) for a, b in zip(low, high, strict=True) if a is not None and b is not None]
    n = len(both)
    if n < 50 or sum(a > b for a, b in both) > 0.02 * n or sum(a < b for a, b in both) < 0.3 * n:
        return False
    later = both[17:] + both[:17]
    n_broken = sum(bool(a > b) for (a, _), (_, b) in zip(both, later, strict=True))
    return n_broken >= 0.05 * n


def _dependencies(engine: Engine, seen: Mapping[int, Row]) -> Iterator[Dependency]:
    """Columns that decide others, but for a few rows."""
    able = [
        i
        for i, one in seen.items()
        if one["n_distinct"] >= 2 and one["n_repeats"] >= 0.3 * one["n_filled"] and one["mean_letters"] <= 200
    ]
    able = sorted(sorted(able, key=lambda i: -seen[i]["n_distinct"])[:MOST_PAIRED])
    rows = _probed(engine, [f"c{i}" for i in able]) if len(able) > 1 else []
    if not rows:
        return
    values = dict(zip(able, zip(*rows, strict=True), strict=True))
    distinct = {i: len(set(column) - {None}) for i, column in values.items()}
    for a, b in combinations(able, 2):
        n_both = len({pair for pair in zip(values[a], values[b], strict=True) if None not in pair})
        for left, right in ((a, b), (b, a)):
            # Each error makes at most two pairs more.
            if (
                min(distinct[left], distinct[right]) >= 2
                and n_both - distinct[left] <= 0.1 * len(rows)
                and distinct[left] <= 0.7 * len(rows)
            ):
                found = _measured(engine, left, right)
                if found:
                    yield found


def _read(kind: str, i: int) -> str:
    if kind == "number":
        return f"try_cast(c{i} as double)"
    return (
        f"case when regexp_matches(c{i}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        f" then try_cast(replace(left(c{i}, 19), 'T', ' ') as timestamp) end"
    )


def _measured(engine: Engine, left: int, right: int) -> Dependency | None:
    engine.view("draft.pair", f"select c{left} as determinant, c{right} as dependent from {SAMPLE}")
    base.make(engine, "draft/dependency")
    names = [column.name for column in engine.columns("draft.dependency")]
    one = dict(zip(names, engine.rows("select * from draft.dependency")[0], strict=True))
    n, failed, known = one["n"], one["n_failed"], one["n_known"]
    if n < 20 or n < 0.3 * one["n_filled"] or one["n_decided"] < 0.9 * n or failed > 0.06 * n:
        return None
    # How much of what guessing the commonest value would get wrong is left wrong; another known value is a real exception.
    if failed > 0.7 * max(0, one["n_filled"] - one["n_top"]):
        return None
    lift = 1 - known / max(1.0, n * (1 - one["n_top"] / max(1, one["n_filled"])))
    return Dependency(left, right, n, failed) if lift >= 0.85 and known <= 0.02 * n else None
