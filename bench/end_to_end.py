"""The whole job on sample data of several sizes: time by stage, memory, sizes, and nearness to the truth.

    python bench/end_to_end.py --people 20000 200000 1000000

The slope between two sizes is the exponent of growth: 1.0 is linear, 2.0 quadratic. A stage or relation
well above 1 is where a larger company would get stuck.
"""

from __future__ import annotations

import argparse
import itertools
import math
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import Measured, say, table, write_json
from projects import AS_OF, BenchError, Ran, mb, run, step

from gristmill.engine.duckdb import DuckDBEngine

COUNTED = (
    *("source.contacts", "source.orders", "source.order_lines", "source.events", "source.tickets"),
    *("unify.records", "unify.pairs", "unify.customers", "clean.changes", "segment.rfm"),
)
LEAST_S = 0.2
"""Relations faster than this at the largest size are not worth a line."""
TRUTH = """
with labelled as (
  select m.customer_id, t.person_id
  from read_parquet('{people}') as t
  join run.clean.contacts as c on c._source = t.source and c._row = t._row
  join run.unify.members as m on m.contact_id = c.contact_id
),
cells as (select customer_id, person_id, count(*) as n from labelled group by all),
people as (select person_id, sum(n) as n from cells group by all),
customers as (select customer_id, sum(n) as n from cells group by all)
select
  (select count(*) from people), (select count(*) from customers),
  (select sum(n * (n - 1) // 2) from people), (select sum(n * (n - 1) // 2) from customers),
  (select sum(n * (n - 1) // 2) from cells)
"""


@dataclass(frozen=True)
class Size:
    """One size: what was made, and what came out."""

    people: int
    sample: Measured
    ran: Ran
    truth: dict[str, float]

    @property
    def steps(self) -> dict[str, float]:
        """Every step a person waits for → seconds, stages of the run included."""
        inner = self.ran.stages
        total = self.ran.measured["run"].wall_s
        return {
            "sample": self.sample.wall_s,
            "init": self.ran.measured["init"].wall_s,
            "add": self.ran.measured["add"].wall_s,
            **{f"run: {name}": seconds for name, seconds in inner.items()},
            "run: start and end": max(total - sum(inner.values()), 0),
            "run": total,
            "run, CPU": self.ran.measured["run"].cpu_s,
        }


def against_truth(ran: Ran, truth: Path) -> dict[str, float]:
    """People in the sources and customers found; pairs of records of one person: found, and found rightly."""
    with DuckDBEngine() as engine:
        engine.attach(ran.database, "run")
        people = str(truth / "people.parquet").replace("'", "''")
        n_people, n_customers, true, together, right = engine.rows(TRUTH.format(people=people))[0]
    return {
        "people": n_people,
        "customers": n_customers,
        "recall": right / max(true, 1),
        "precision": right / max(together, 1),
    }


def one_size(people: int, folder: Path, seed: int) -> Size:
    """Sample data, project, run, and the truth held against it."""
    say(f"{people:,} people")
    data, truth = folder / "files", folder / "truth"
    sample = step("sample", "sample", data, "--people", str(people), "--seed", str(seed), "--truth", truth)
    ran = run(folder / "project", sorted(data.iterdir()), as_of=AS_OF)
    return Size(people, sample, ran, against_truth(ran, truth))


def slope(few: float, many: float, small: int, large: int) -> float | None:
    """Exponent of growth between two sizes; None where either took no time worth the name."""
    if few < 0.02 or many < 0.02:
        return None
    return math.log(many / few) / math.log(large / small)


def growth(sizes: list[Size], series: list[float]) -> list[str]:
    """The slope from each size to the next, as text."""
    found = []
    for at in range(1, len(sizes)):
        exponent = slope(series[at - 1], series[at], sizes[at - 1].people, sizes[at].people)
        found.append("" if exponent is None else f"{exponent:.2f}")
    return found


def header(sizes: list[Size], first: str) -> list[str]:
    """Column headings: the sizes, then the slopes between them."""
    slopes = [f"{b.people / a.people:g}x slope" for a, b in itertools.pairwise(sizes)]
    return [first, *(f"{size.people:,}" for size in sizes), *slopes]


def by_stage(sizes: list[Size]) -> str:
    """Seconds a step, sizes side by side."""
    names = dict.fromkeys(name for size in sizes for name in size.steps)
    rows = []
    for name in names:
        series = [size.steps.get(name, 0.0) for size in sizes]
        rows.append([name, *(f"{seconds:,.1f}" for seconds in series), *growth(sizes, series)])
    return table(header(sizes, "seconds"), rows)


def by_relation(sizes: list[Size], top: int) -> str:
    """The slowest relations of the largest size."""
    last = sizes[-1].ran.relations
    slowest = sorted((n for n in last if last[n][1] >= LEAST_S), key=lambda n: -last[n][1])[:top]
    rows = []
    for name in slowest:
        series = [size.ran.relations.get(name, (0, 0.0))[1] for size in sizes]
        rows.append([name, *(f"{seconds:,.2f}" for seconds in series), *growth(sizes, series)])
    return table(header(sizes, "seconds by relation"), rows)


def other_figures(sizes: list[Size]) -> str:
    """Memory, sizes, counts, and nearness to the truth."""
    rows = [
        ["peak memory, sample", *(f"{size.sample.peak_mb:,.0f} MB" for size in sizes)],
        ["peak memory, add", *(f"{size.ran.measured['add'].peak_mb:,.0f} MB" for size in sizes)],
        ["peak memory, run", *(f"{size.ran.measured['run'].peak_mb:,.0f} MB" for size in sizes)],
        ["load when run began", *(f"{size.ran.measured['run'].load:.1f}" for size in sizes)],
        ["files read", *(mb(sum(one["bytes"] for one in size.ran.record["inputs"])) for size in sizes)],
        ["database", *(mb(size.ran.database.stat().st_size) for size in sizes)],
        ["report", *(mb(sum(size.ran.report_bytes.values())) for size in sizes)],
        ["largest page", *(mb(max(size.ran.report_bytes.values(), default=0)) for size in sizes)],
    ]
    for name in COUNTED:
        rows.append([name, *(f"{size.ran.relations.get(name, (0, 0.0))[0]:,}" for size in sizes)])
    rows += [
        ["people in the sources", *(f"{size.truth['people']:,.0f}" for size in sizes)],
        ["customers found", *(f"{size.truth['customers']:,.0f}" for size in sizes)],
        ["recall of duplicate pairs", *(f"{size.truth['recall']:.2%}" for size in sizes)],
        ["precision of pairs found", *(f"{size.truth['precision']:.2%}" for size in sizes)],
        ["verdict", *(str(size.ran.record["verdict"]) for size in sizes)],
    ]
    return table(["", *(f"{size.people:,} people" for size in sizes)], rows)


def main() -> int:
    """Measure every size and print the tables; 1 when a step failed."""
    parser = argparse.ArgumentParser(description="The whole job on sample data, by stage and size.")
    parser.add_argument("--people", type=int, nargs="+", default=[20_000, 200_000], metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--top", type=int, default=25, help="how many of the slowest relations are listed (25)"
    )
    parser.add_argument(
        "--folder", type=Path, help="keep the projects here (default: a temporary folder, deleted)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, each run.json included")
    given = parser.parse_args()
    root = given.folder.resolve() if given.folder else Path(tempfile.mkdtemp(prefix="gm-bench-"))
    sizes: list[Size] = []
    failed = False
    try:
        for people in sorted(set(given.people)):
            try:
                sizes.append(one_size(people, root / f"{people}", given.seed))
            except BenchError as error:
                # What the smaller sizes showed is still worth reading.
                failed = True
                say(str(error))
                break
        if sizes:
            print(by_stage(sizes), by_relation(sizes, given.top), other_figures(sizes), sep="\n\n")
            if given.json:
                write_json(given.json, sizes=[as_json(size) for size in sizes])
    finally:
        if not given.folder:
            shutil.rmtree(root, ignore_errors=True)
    return 1 if failed else 0


def as_json(size: Size) -> dict[str, Any]:
    """Everything measured of one size."""
    return {
        "people": size.people,
        "sample": size.sample,
        **size.ran.measured,
        "record": size.ran.record,
        "database_bytes": size.ran.database.stat().st_size,
        "report_bytes": size.ran.report_bytes,
        "truth": size.truth,
    }


if __name__ == "__main__":
    sys.exit(main())
