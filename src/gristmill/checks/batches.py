"""What only Python can judge: Pandera's own checks, on Arrow batches turned into pandas one by one.

A check that answers for each row is the same in batches as at once. One that answers for the whole
column (``s.mean() > 0``) or compares groups is judged on all rows together, of the columns it needs, up
to WHOLE_ROWS; beyond it is refused, because a verdict from parts would be wrong without anybody noticing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
from pandera.errors import ParserError

from gristmill.checks.rules import Plan, PythonRule
from gristmill.checks.scan import Count, name_of
from gristmill.checks.scrub import scrubbed
from gristmill.engine import Engine, quote, quote_relation

ROWS = 100_000
"""Rows of a batch."""
WHOLE_ROWS = 5_000_000
"""Most rows that are held in memory for a check that must see them together."""
KEY, SOURCE, FILE, ROW = "\x1fkey", "\x1fsource", "\x1ffile", "\x1frow"
"""Names no data column has, for what identifies a row beside the columns under check."""

Failure = tuple[str, str | None, str | None, str | None, str, str | None, str | None, int | None]
"""check, key, column_name, value, reason, _source, _file, _row: a row of audit.failures."""


Sink = Callable[[list[Failure]], None]


@dataclass
class _Tally:
    """What a rule has found so far; ``kept`` never grows beyond the cap."""

    rule: PythonRule
    cap: int
    n: int = 0
    n_failed: int = 0
    seconds: float = 0.0
    whole: bool = False
    """The check answered for the column, not for each row."""
    sink: Sink | None = None
    error: str = ""
    kept: list[Failure] = field(default_factory=list)

    def add(self, frame: pd.DataFrame) -> None:
        """Judge one batch; what the check raises becomes the rule's error."""
        started = time.perf_counter()
        try:
            self._judge(frame)
        except Exception as error:  # noqa: BLE001
            # What a check says may repeat a value, and the note of a result is kept and shown.
            self.error = scrubbed(error, [str(name) for name in frame.columns], _words(frame))
        self.seconds += time.perf_counter() - started

    def _judge(self, frame: pd.DataFrame) -> None:
        column, check = self.rule.column, self.rule.make
        data = frame[[name for name in frame.columns if name not in (KEY, SOURCE, FILE, ROW)]]
        if self.rule.coerced is not None:
            converted = coercible(self.rule.coerced, data[column])
            data = data.loc[converted.index].assign(**{str(column): converted})
        found = check(data, column) if column else check(data)
        output = found.check_output
        if isinstance(output, pd.DataFrame):
            output = output.all(axis="columns")
        if isinstance(output, pd.Series) and output.index.isin(data.index).all():
            good = output.fillna(True).astype(bool)
            self.n += len(good)
            self._keep(frame.loc[good.index[~good]])
        else:
            self.whole = True
            self.n, self.n_failed = 1, int(not bool(found.check_passed))

    def _keep(self, bad: pd.DataFrame) -> None:
        self.n_failed += len(bad)
        rule = self.rule
        values = bad[rule.column] if rule.column else pd.Series(None, index=bad.index, dtype=object)
        places = zip(values, *(bad[name] for name in (KEY, SOURCE, FILE, ROW)), strict=True)
        found: list[Failure] = []
        for value, key, source, file, row in places:
            where = (_text(source), _text(file), None if pd.isna(row) else int(row))
            said = (rule.check, _text(key), rule.column, _text(value), rule.wording.reason)
            found.append((*said, *where))
        if self.sink and found:
            self.sink(found)
        self.kept += found
        # As the database orders them: source, file, row, key, value, nulls last.
        self.kept.sort(
            key=lambda one: [(one[i] is None, 0 if one[i] is None else one[i]) for i in (5, 6, 7, 1, 3)]
        )
        del self.kept[self.cap :]

    def again(self, frame: pd.DataFrame) -> None:
        """Judge all rows together, forgetting what was found in parts."""
        self.n, self.n_failed, self.kept, self.whole = 0, 0, [], False
        self.add(frame)

    def count(self, n_batches: int) -> Count:
        """The outcome after the last batch."""
        parts = f", on {n_batches} batches" if n_batches > 1 and not self.rule.make.groupby else ""
        return Count(self.n, self.n_failed, self.seconds, f"in Python{parts}: {self.rule.why}", self.error)


def _words(frame: pd.DataFrame) -> set[str]:
    """Every word of the texts of a batch, in lower case."""
    found: set[str] = set()
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            for text in frame[name].dropna().astype(str).unique():
                found.update(re.split(r"\W+", text.lower()), (text.lower(),))
    return found


def coercible(wanted: Any, data: pd.Series) -> pd.Series:
    """The values that can be converted to a type of Pandera's, converted; the others are left out."""
    try:
        made: pd.Series = wanted.try_coerce(data)
    except ParserError as error:
        # Nobody is to blame alone where dates are written in several ways.
        known = error.failure_cases
        good = data if known is None else data.drop(index=known["index"])
        try:
            made = wanted.try_coerce(good)
        except ParserError:
            made = _one_by_one(wanted, good)
    return made


def _one_by_one(wanted: Any, data: pd.Series) -> pd.Series:
    found: list[pd.Series] = []
    for place in range(len(data)):
        with suppress(ParserError):
            found.append(wanted.try_coerce(data.iloc[place : place + 1]))
    return pd.concat(found) if found else data.iloc[:0]


def _text(value: Any) -> str | None:
    return None if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else str(value)


def judge(
    engine: Engine, plan: Plan, *, cap: int, rows: int = ROWS, sink: Sink | None = None
) -> tuple[dict[str, Count], list[Failure]]:
    """Counts and kept failures of the rules that need Python, in one pass over the relation.

    ``sink`` is given every failing row, uncapped, as they are found.
    """
    tallies = [
        _Tally(rule, cap if rule.cap is None else min(cap, rule.cap), sink=sink)
        for rule in plan.python_rules()
    ]
    if not tallies:
        return {}, []
    n_batches = n_rows = 0
    together = [tally for tally in tallies if tally.rule.make.groupby is not None]
    parts = [tally for tally in tallies if tally not in together]
    if parts:
        for frame in _frames(engine, plan, rows, [tally.rule for tally in parts]):
            n_batches, n_rows = n_batches + 1, n_rows + len(frame)
            for tally in parts:
                if not tally.error and not (tally.whole and n_batches > 1):
                    tally.add(frame)
        if n_batches > 1:
            together += [tally for tally in parts if tally.whole]
    for tally in together:
        n_rows = n_rows or int(engine.scalar(f"select count(*) from {quote_relation(plan.relation)}"))
        if n_rows > WHOLE_ROWS:
            tally.error = (
                f"the check must see all {n_rows:,} rows at once, and {WHOLE_ROWS:,} are held at most"
            )
            continue
        for frame in _frames(engine, plan, None, [tally.rule]):
            tally.again(frame)
    found = {name_of(tally.rule): tally.count(n_batches) for tally in tallies}
    return found, [failure for tally in tallies for failure in tally.kept]


def _frames(
    engine: Engine, plan: Plan, rows: int | None, rules: Sequence[PythonRule] = ()
) -> Iterator[pd.DataFrame]:
    """The columns some rules need (all Python rules when none are given), in batches or, without ``rows``, whole."""
    rules = rules or plan.python_rules()
    # A rule of whole rows, or one that groups by another column, may look at anything.
    every = any(rule.column is None or rule.make.groupby is not None for rule in rules)
    wanted = {rule.column for rule in rules}
    stored = [one for one in plan.stored.values() if every or one.name in wanted]
    picked = [f"{one.number} as {quote(one.name)}" for one in stored]
    place = {
        KEY: plan.key,
        SOURCE: plan.lineage["_source"],
        FILE: plan.lineage["_file"],
        ROW: plan.lineage["_row"],
    }
    picked += [
        f'cast({sql} as {"bigint" if name == ROW else "varchar"}) as "{name}"' for name, sql in place.items()
    ]
    sql = f"select {', '.join(picked)} from {quote_relation(plan.relation)}"
    if rows is None:
        yield to_pandas(engine.fetch(sql))
        return
    empty = True
    for batch in engine.batches(sql, rows=rows):
        if batch.num_rows:
            empty = False
            yield to_pandas(batch)
    if empty:
        # A check says of no rows what it says of no rows in Pandera, an error included.
        yield to_pandas(engine.fetch(sql))


_NULLABLE: Mapping[Any, Any] = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Types that plain pandas cannot hold a null in without changing them."""


def to_pandas(batch: pa.RecordBatch | pa.Table) -> pd.DataFrame:
    """A batch as pandas holds it at its best: nullable whole numbers and booleans, days as datetimes."""
    frame: pd.DataFrame = batch.to_pandas(types_mapper=_NULLABLE.get, date_as_object=False)
    return frame
