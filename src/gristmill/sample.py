"""Sample data with known truth: people, what five sources of a company know about them, and who is who.

Everything is drawn in SQL, in the templates of ``sql/sample/``, from md5 of the seed and a key, so
that one seed gives the same files on every machine. This module runs the templates in order and
writes the files in the formats such sources come in. The lists it draws from, and the probability of
every error, are the CSV files of ``gristmill/data/``.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gristmill import base
from gristmill.engine import Engine
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError, Problem, RunError

MOST_PEOPLE = 10_000_000
"""Above it, phone numbers would no longer be a person's own."""
MOST_SEED = 2**31 - 1
MEMORY = "4GB"
"""What the database may hold at once; more spills to a temporary folder."""


@dataclass(frozen=True)
class Step:
    """What the caller is told, the templates of ``sql/sample/`` run for it, and what is dropped afterwards."""

    says: str
    makes: tuple[str, ...]
    drops: tuple[str, ...] = ()


STEPS = (
    Step(
        "Draw people",
        ("name_slots", "word_slots", "rate_slots", "households", "people", "reach"),
        ("name_slots",),
    ),
    Step(
        "Spread them over sources",
        ("records", "homes", "record_names", "record_reach", "record_marks"),
        ("households", "homes"),
    ),
    Step(
        "Make errors",
        ("cells", "typos", "noisy_cells", "corruptions", "wrong_cells"),
        ("cells", "typos", "noisy_cells"),
    ),
    Step(
        "Lay out contacts",
        ("crm", "shop_customers", "newsletter", "postal", "tickets"),
        ("record_names", "record_reach", "record_marks", "wrong_cells"),
    ),
    Step("Let them buy", ("shoppers", "purchases", "order_lines")),
    Step("Send campaigns", ("campaigns", "newsletter_events", "orders")),
    Step(
        "Write down the truth",
        ("truth_people", "truth_shoppers"),
        ("people", "reach", "records", "purchases"),
    ),
)

CHUNK = 1 << 20


@dataclass(frozen=True)
class Output:
    """One file: the SELECT behind it and how it is stored."""

    file: str
    select: str
    options: str
    encoding: str = "utf-8"
    """``utf-8``, ``utf-8-sig`` or ``cp949``."""


CSV = "format csv, header, delimiter '{}'"
PARQUET = "format parquet, compression zstd"
DATA = (
    Output("crm.csv", "select * exclude (_row) from sample.crm order by _row", CSV.format(","), "utf-8-sig"),
    Output(
        "shop_customers.parquet", "select * exclude (_row) from sample.shop_customers order by _row", PARQUET
    ),
    Output(
        "shop_orders.parquet",
        "select * exclude (_row, person_id, nth) from sample.orders order by _row",
        PARQUET,
    ),
    Output(
        "shop_order_lines.parquet",
        "select orders.order_id, lines.* exclude (person_id, nth) from sample.order_lines as lines"
        " join sample.orders on orders.person_id = lines.person_id and orders.nth = lines.nth"
        " order by orders.order_id, lines.line_no",
        PARQUET,
    ),
    Output("newsletter.csv", "select * exclude (_row) from sample.newsletter order by _row", CSV.format(";")),
    Output(
        "newsletter_events.csv",
        "select * exclude (person_id) replace (strftime(occurred_at, '%Y-%m-%d %H:%M:%S') as occurred_at)"
        " from sample.newsletter_events as events order by events.occurred_at, event_id",
        CSV.format(","),
    ),
    Output(
        "postal.csv", "select * exclude (_row) from sample.postal order by _row", CSV.format(","), "cp949"
    ),
    Output("tickets.json", "select * exclude (_row) from sample.tickets order by _row", "format json"),
)
TRUTH = (
    Output("people.parquet", "select * from sample.truth_people order by source, _row", PARQUET),
    Output(
        "corruptions.parquet",
        "select * exclude (part) from sample.corruptions order by source, _row, column_name",
        PARQUET,
    ),
    Output("shoppers.parquet", "select * from sample.truth_shoppers order by person_id", PARQUET),
)


@dataclass(frozen=True)
class Written:
    """What was made: the files of the sources, the files of the truth, and rows by file name."""

    files: tuple[Path, ...]
    truth: tuple[Path, ...]
    counts: dict[str, int]


def write(
    folder: Path,
    *,
    people: int = 20_000,
    seed: int = 1,
    as_of: dt.date,
    truth: Path,
    on_step: Callable[[str], None] | None = None,
) -> Written:
    """Write the sources of ``people`` people into ``folder`` and the truth about them into ``truth``.

    The last day of the data is the one before ``as_of``. ``on_step`` is told each step as it begins.
    Files appear when all of them are complete; none is ever overwritten.

    Raises ParameterError for values out of range, for a truth folder within the data folder and for
    files that are already there; RunError when the disk cannot be written.
    """
    _check(folder, truth, people, seed, as_of)
    tell = on_step or (lambda _: None)
    given = {"people": people, "seed": seed, "as_of": as_of}
    try:
        with (
            tempfile.TemporaryDirectory(prefix="gristmill-sample-") as spill,
            _appearing(folder) as data_stage,
            _appearing(truth) as truth_stage,
            DuckDBEngine(temp=Path(spill), memory=MEMORY) as engine,
        ):
            _load_lists(engine)
            for step in STEPS:
                tell(step.says)
                for what in step.makes:
                    base.make(engine, f"sample/{what}", given)
                for what in step.drops:
                    engine.drop(f"sample.{what}")
            tell("Write files")
            counts = {out.file: _write(engine, out, data_stage) for out in DATA}
            counts |= {out.file: _write(engine, out, truth_stage) for out in TRUTH}
    except OSError as error:
        raise RunError(
            Problem(f"The sample data cannot be written: {error}.", hint="choose a folder with room to write")
        ) from error
    return Written(
        files=tuple(folder / out.file for out in DATA),
        truth=tuple(truth / out.file for out in TRUTH),
        counts=counts,
    )


def _check(folder: Path, truth: Path, people: int, seed: int, as_of: dt.date) -> None:
    problems = []
    if not 1 <= people <= MOST_PEOPLE:
        problems.append(
            Problem(f"Sample data cannot have {people:,} people.", expected=f"Expected 1 to {MOST_PEOPLE:,}.")
        )
    if not 0 <= seed <= MOST_SEED:
        problems.append(
            Problem(f"Sample data cannot have the seed {seed}.", expected=f"Expected 0 to {MOST_SEED:,}.")
        )
    if not 1980 <= as_of.year <= 2200:
        problems.append(
            Problem(f"Sample data cannot end on {as_of}.", expected="Expected a day from 1980 to 2200.")
        )
    if truth.resolve().is_relative_to(folder.resolve()):
        problems.append(
            Problem(
                f"The truth would be among the data, in {truth}.",
                expected="Expected a folder of its own, which no run reads.",
                hint=f"--truth {folder.parent / (folder.name + '-truth')}",
            )
        )
    for place, outputs in ((folder, DATA), (truth, TRUTH)):
        there = [out.file for out in outputs if (place / out.file).exists()]
        if there:
            problems.append(
                Problem(
                    f"{place} already holds {', '.join(there)}.",
                    expected="Sample data overwrites nothing.",
                    hint="name another folder, or move those files away",
                )
            )
    if problems:
        raise ParameterError(problems)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder beside the files to come; what is in it moves over when nothing was raised."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".sample-", dir=folder))
    try:
        yield stage
        for path in sorted(stage.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _load_lists(engine: Engine) -> None:
    """Make ``sample.<list>`` of every CSV file of the package's data folder, all columns text."""
    for path in sorted((Path(__file__).parent / "data").glob("*.csv")):
        engine.make(
            f"sample.{path.stem}",
            "select * from read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"')",
            {"path": str(path)},
        )


def _write(engine: Engine, out: Output, stage: Path) -> int:
    """Store one file in ``stage``; return its number of records."""
    path = stage / out.file
    escaped = str(path).replace("'", "''")
    n_rows = engine.scalar(f"copy ({out.select}) to '{escaped}' ({out.options})")
    if out.encoding != "utf-8":
        _recode(path, out.encoding)
    return int(n_rows)


def _recode(path: Path, encoding: str) -> None:
    """Turn a UTF-8 file into another encoding, a piece at a time; the database writes UTF-8 only."""
    plain = path.with_suffix(".utf8")
    path.rename(plain)
    with (
        plain.open(encoding="utf-8", newline="") as read,
        path.open("w", encoding=encoding, newline="") as written,
    ):
        shutil.copyfileobj(read, written, CHUNK)
    plain.unlink()
