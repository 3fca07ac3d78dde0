"""The rules of checks.py as five other validators have them; run by an interpreter that has these and not gristmill.

    rivals/bin/python bench/checks_rivals.py pointblank

Each reads the table itself, from Parquet into pandas or in the DuckDB file, whichever it is made for, and keeps failing
rows as it does by default: Pandera all of them, Pointblank and Great Expectations a few, cuallee none.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import figure

FOLDER = "GRISTMILL_BENCH_FOLDER"
MANY = "GRISTMILL_BENCH_RULES"
COUNTS = "counts.json"
PATTERN = r"[^@\s]+@[^@\s]+\.[a-z]+$"
STATUSES = ("new", "paid", "sent", "done")
LOW, HIGH = "2020-01-01 00:00:00", "2026-12-31 00:00:00"
REQUIRED = ("id", "email", "amount", "status", "ordered_at")
_NULLS = "a missing value fails every rule of its column"
RULES: dict[str, dict[str, str]] = {
    "pandera pandas": {},
    "pandera ibis": {},
    "pointblank": {},
    "great expectations": {},
    "cuallee": {
        "unique": "counts values too many, not rows that share one",
        "email": _NULLS,
        "note": "no rule of length; as a pattern, where " + _NULLS,
    },
}
"""Validators, and the rules whose count cannot be the same, with the reason."""


def many_rules(n: int) -> list[tuple[str, str, float]]:
    """So many bounds of two columns: column, ge or le, value. The first of each column hold, the others fail some rows."""
    found: list[tuple[str, str, float]] = []
    for i in range(n):
        column = ("amount", "id")[i % 2]
        # Nine of ten hold for all rows.
        value = float(-10 - i) if column == "amount" else -10 - i
        if i % 10 == 0:
            value = i / 10.0
        found.append((column, "ge", value))
    return found


def counted(entry: str, found: Mapping[str, int]) -> None:
    """Write what an entry found, for comparison."""
    path = Path(os.environ[FOLDER], f"{entry}.{COUNTS}")
    path.write_text(json.dumps({name: int(n) for name, n in found.items()}), encoding="utf-8")


@contextmanager
def timed() -> Iterator[Path]:
    """The folder, and how long the block took without imports."""
    began, used = time.perf_counter(), time.process_time()
    yield Path(os.environ[FOLDER])
    figure("seconds", time.perf_counter() - began)
    figure("CPU seconds", time.process_time() - used)


def _pandera(pa: Any, frame: Any, stamp: Any) -> dict[str, int]:
    schema = pa.DataFrameSchema(
        {
            "id": pa.Column(int),
            "email": pa.Column(str, pa.Check.str_matches(PATTERN)),
            "amount": pa.Column(float, pa.Check.in_range(0, 1000)),
            "status": pa.Column(str, pa.Check.isin(list(STATUSES))),
            "ordered_at": pa.Column(None, pa.Check.in_range(stamp(LOW), stamp(HIGH))),
            "note": pa.Column(str, pa.Check.str_length(0, 20), nullable=True),
        },
        # On Ibis a column's own ``unique`` is passed over in silence.
        unique=["id"],
    )
    found = {**dict.fromkeys([f"not_null {name}" for name in REQUIRED], 0), "unique": 0}
    found |= dict.fromkeys(("email", "amount", "status", "ordered_at", "note"), 0)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            column, what = error.schema.name, error.reason_code.name
            rule = {"SERIES_CONTAINS_NULLS": f"not_null {column}", "DUPLICATES": "unique"}.get(
                what, str(column)
            )
            cases = error.failure_cases
            found[rule] += int(cases.count().execute()) if hasattr(cases, "execute") else len(cases)
    return found


def pandera_pandas() -> None:
    """Pandera's home."""
    import pandas as pd
    import pandera.pandas as pa

    with timed() as folder:
        frame = pd.read_parquet(folder / "data.parquet")
        found = _pandera(pa, frame, pd.Timestamp)
    counted("pandera pandas", found)


def pandera_ibis() -> None:
    """Pandera in DuckDB, through Ibis."""
    import datetime as dt

    import ibis
    import pandera.ibis as pa

    with timed() as folder:
        con = ibis.duckdb.connect(folder / "data.duckdb", read_only=True, threads=2)
        frame = con.table("orders", database="bench")
        found = _pandera(pa, frame, dt.datetime.fromisoformat)
    counted("pandera ibis", found)


def pointblank() -> None:
    """Pointblank in DuckDB, through Ibis; some failing rows of each step are kept."""
    import datetime as dt

    import ibis
    import pointblank as pb

    with timed() as folder:
        con = ibis.duckdb.connect(folder / "data.duckdb", read_only=True, threads=2)
        made = pb.Validate(con.table("orders", database="bench")).col_vals_not_null(list(REQUIRED))
        made = (
            made.rows_distinct("id")
            .col_vals_regex("email", f"^(?:{PATTERN})", na_pass=True)
            .col_vals_between("amount", 0, 1000, na_pass=True)
            .col_vals_in_set("status", list(STATUSES))
            .col_vals_between("ordered_at", *map(dt.datetime.fromisoformat, (LOW, HIGH)), na_pass=True)
            .col_vals_regex("note", "^(?s:.{0,20})$", na_pass=True)
        )
        done = made.interrogate(extract_limit=1000)
        failed = list(done.n_failed().values())
    names = [
        *(f"not_null {one}" for one in REQUIRED),
        "unique",
        "email",
        "amount",
        "status",
        "ordered_at",
        "note",
    ]
    counted("pointblank", dict(zip(names, failed, strict=True)))


def _expected(folder: Path, expectations: list[Any]) -> list[int]:
    """What Great Expectations finds in pandas, which is where its own engine works."""
    import great_expectations as gx
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("here").add_dataframe_asset("orders")
    batches = asset.add_batch_definition_whole_dataframe("all")
    batch = batches.get_batch({"dataframe": pd.read_parquet(folder / "data.parquet")})
    suite = gx.ExpectationSuite("bench", expectations=expectations)
    done = batch.validate(suite)
    # Results need not come in the order of the suite.
    found = {
        (
            one.expectation_config.type,
            json.dumps(one.expectation_config.kwargs, sort_keys=True, default=str),
        ): one
        for one in done.results
    }
    counts = []
    for one in expectations:
        config = one.configuration
        kwargs = {**config.kwargs, "batch_id": batch.id}
        key = (config.type, json.dumps(kwargs, sort_keys=True, default=str))
        counts.append(int(found[key].result["unexpected_count"]))
    return counts


def great_expectations() -> None:
    """Great Expectations on pandas."""
    import great_expectations.expectations as gxe
    import pandas as pd

    rules: dict[str, Any] = {
        f"not_null {one}": gxe.ExpectColumnValuesToNotBeNull(column=one) for one in REQUIRED
    }
    rules |= {
        "unique": gxe.ExpectColumnValuesToBeUnique(column="id"),
        "email": gxe.ExpectColumnValuesToMatchRegex(column="email", regex=f"^(?:{PATTERN})"),
        "amount": gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=1000),
        "status": gxe.ExpectColumnValuesToBeInSet(column="status", value_set=list(STATUSES)),
        "ordered_at": gxe.ExpectColumnValuesToBeBetween(
            column="ordered_at", min_value=pd.Timestamp(LOW), max_value=pd.Timestamp(HIGH)
        ),
        "note": gxe.ExpectColumnValueLengthsToBeBetween(column="note", min_value=0, max_value=20),
    }
    with timed() as folder:
        found = _expected(folder, list(rules.values()))
    counted("great expectations", dict(zip(rules, found, strict=True)))


def many_expectations() -> None:
    """So many ranges, in Great Expectations."""
    import great_expectations.expectations as gxe

    rules = [
        gxe.ExpectColumnValuesToBeBetween(column=column, min_value=value)
        for column, _, value in many_rules(int(os.environ[MANY]))
    ]
    with timed() as folder:
        found = _expected(folder, rules)
    counted("great expectations", {"all rules": sum(found)})


def _cuallee(check: Any) -> list[int]:
    import duckdb

    folder = Path(os.environ[FOLDER])
    con = duckdb.connect(str(folder / "data.duckdb"), read_only=True, config={"threads": 2})
    con.execute("use bench")
    check.table_name = "orders"
    return [int(n) for n in check.validate(con)["violations"]]


def cuallee() -> None:
    """cuallee in DuckDB."""
    from cuallee import Check, CheckLevel

    with timed():
        check = Check(CheckLevel.WARNING, "bench", table_name="orders")
        for name in REQUIRED:
            check.is_complete(name)
        check.is_unique("id").has_pattern("email", f"^(?:{PATTERN})").is_between("amount", (0, 1000))
        check.is_contained_in("status", STATUSES).is_between("ordered_at", (LOW, HIGH))
        check.has_pattern("note", "^(?s:.{0,20})$")
        found = _cuallee(check)
    names = [
        *(f"not_null {one}" for one in REQUIRED),
        "unique",
        "email",
        "amount",
        "status",
        "ordered_at",
        "note",
    ]
    counted("cuallee", dict(zip(names, found, strict=True)))


def many_cuallee() -> None:
    """So many bounds, in cuallee."""
    from cuallee import Check, CheckLevel

    with timed():
        check = Check(CheckLevel.WARNING, "bench", table_name="orders")
        for column, _, value in many_rules(int(os.environ[MANY])):
            check.is_greater_or_equal_than(column, value)
        found = _cuallee(check)
    counted("cuallee", {"all rules": sum(found)})


ENTRIES: dict[tuple[str, bool], Callable[[], None]] = {
    ("pandera pandas", False): pandera_pandas,
    ("pandera ibis", False): pandera_ibis,
    ("pointblank", False): pointblank,
    ("great expectations", False): great_expectations,
    ("great expectations", True): many_expectations,
    ("cuallee", False): cuallee,
    ("cuallee", True): many_cuallee,
}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    ENTRIES[sys.argv[1], int(os.environ[MANY]) > 0]()
