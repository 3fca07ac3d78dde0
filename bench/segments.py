"""What RFM, cohorts and baskets cost: gristmill's templates, one query written by hand for each, pandas and Polars.

    python bench/segments.py --rivals rivals/bin/python
    python bench/segments.py --rivals rivals/bin/python --orders 10000000 --rounds 1

Orders of three years by one customer for every eight of them (a few buy often, many once or twice), one in fifty a refund,
with one to six lines of 5,000 products of which few sell well. They lie in a DuckDB file and in Parquet files, and each
entry works in a process of its own, with two threads:

- by hand            three SELECTs, each over the orders and lines as they are; what the templates look up (the currency,
                     what a purchase is) is written into them
- gristmill          the templates as a run makes them, with every relation between: stored in the run's database
- pandas, polars     see segments_rivals.py

The ratios are to "by hand". All give the same three tables: the scores of every customer, the retention and revenue of every
cohort and month, and the pairs of products with their counts; a difference ends with exit code 1. Seconds of a result are
without imports, with reading; those of gristmill's relations that several results need are "shared s".

The others live in an environment of their own, which ``--rivals`` names: pip install pandas polars pyarrow psutil.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import Entry, report, rounds, say, summary, table, write_json
from segments_rivals import FOLDER, timed

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.making import stored
from gristmill.template import parse

ROOT = Path(__file__).parents[1]
MEMORY = "GRISTMILL_BENCH_MEMORY"
THREADS = 2
AS_OF = dt.date(2026, 1, 1)
RIVALS = ("pandas", "polars")
ORDERS = """
select 'shop:' || i as order_id,
    'c' || lpad(cast(cast(floor($orders / 8 * pow((hash(i) % 1000003) / 1000003.0, 2)) as bigint) as varchar), 7, '0') as customer_id,
    timestamp '2023-01-01' + to_seconds(cast(hash(i + 77777777) % (3 * 365 * 86400) as bigint)) as ordered_at,
    case when hash(3 * i + 1) % 50 = 0 then 'cancelled' else 'completed' end as status,
    cast(case when hash(3 * i + 1) % 50 = 0 then -1 else 1 end * (500 + hash(7 * i) % 100000) / 100.0 as decimal(18, 4)) as amount,
    'KRW' as currency, 'channel ' || hash(5 * i) % 3 as channel
from range($orders) as r(i)
"""
LINES = """
select 'shop:' || i as order_id,
    'P' || lpad(cast(cast(floor(5000 * pow((hash(31 * i + k) % 1000003) / 1000003.0, 2.5)) as bigint) as varchar), 5, '0') as product_key,
    'Thing ' || hash(31 * i + k) % 7 as product_name, cast(null as varchar) as category, cast(1 as double) as quantity,
    cast(10 as decimal(18, 4)) as amount, 'completed' as status
from range($orders) as r(i), range(6) as s(k)
where k <= hash(13 * i) % 6
"""
SHARED = ("segment/rates", "segment/currencies", "segment/orders")
TEMPLATES = {
    "rfm": ("segment/rfm",),
    "cohorts": ("measure/cohort_buyers", "measure/cohort_sums", "measure/cohorts"),
    "baskets": (
        "measure/basket_numbers", "measure/baskets", "measure/basket_products", "measure/basket_pairs",
    ),
}  # fmt: skip
"""The templates behind each result, in order; the last one makes it."""
BY_HAND = {
    "rfm": """
with c as (
    select customer_id, date_diff('day', cast(max(ordered_at) filter (p) as date), $as_of) as recency_days,
        count(*) filter (p) as frequency, sum(amount) as monetary
    from (select *, status = 'completed' and amount >= 0 as p from unify.orders where ordered_at < $as_of + 1 and currency = 'KRW')
    where customer_id is not null
    group by customer_id
    having count(*) filter (p) > 0
)
select *, 1 + (rank() over (order by recency_days desc) - 1) * 5 // count(*) over () as r,
    1 + (rank() over (order by frequency) - 1) * 5 // count(*) over () as f,
    1 + (rank() over (order by monetary) - 1) * 5 // count(*) over () as m
from c
""",
    "cohorts": """
with o as (
    select customer_id, amount, status = 'completed' and amount >= 0 as p, date_trunc('month', ordered_at) as month, ordered_at, channel
    from unify.orders
    where ordered_at < $as_of + 1 and currency = 'KRW' and customer_id is not null
),
f as (
    select customer_id, min(month) as cohort_month, arg_min(channel, ordered_at) as channel, any_value(segment) as segment
    from o left join (select customer_id, segment from segment.members where scheme = 'rfm') using (customer_id)
    where p
    group by customer_id
)
select cohort_month, date_diff('month', cohort_month, month) as months_since, f.channel, f.segment,
    grouping(f.channel, f.segment) = 3 as is_all, count(distinct customer_id) filter (p) as n_active, sum(amount) as revenue
from o join f using (customer_id)
group by grouping sets ((cohort_month, month), (cohort_month, month, f.channel), (cohort_month, month, f.segment))
having n_active > 0
""",
    "baskets": """
with i as (
    select distinct order_id, product_key
    from unify.order_lines as l join unify.orders as o using (order_id)
    where o.ordered_at < $as_of + 1 and o.currency = 'KRW' and o.status = 'completed' and o.amount >= 0
        and l.status = 'completed' and l.quantity > 0 and l.amount >= 0
),
few as (select order_id from i group by order_id having count(*) <= 100),
often as (
    select product_key, count(*) as n from i semi join few using (order_id)
    group by product_key having n >= 10 order by n desc, product_key limit 2000
),
kept as (select order_id, product_key from i semi join few using (order_id) semi join often using (product_key)),
pairs as (
    select a.product_key as left_key, b.product_key as right_key, count(*) as n_both
    from kept as a join kept as b on a.order_id = b.order_id and a.product_key < b.product_key
    group by all
    having n_both >= 5
)
select left_key, right_key, n_both, x.n as n_left, y.n as n_right, n_both * (select count(*) from few) / (x.n * y.n) as lift
from pairs join often as x on x.product_key = left_key join often as y on y.product_key = right_key
""",
}
COMPARED = {
    "rfm": "customer_id, recency_days, frequency, round(cast(monetary as double), 2) as monetary, r, f, m",
    "cohorts": "cast(cohort_month as date) as cohort_month, months_since, n_active, round(cast(revenue as double), 2) as revenue",
    "baskets": "left_key, right_key, n_both, n_left, n_right, round(lift, 6) as lift",
}
"""What must be equal of each result."""
EVERYBODY = """(
    select cohort as cohort_month, n_since as months_since, n_active, revenue
    from measure.cohorts
    where dimension = 'all' and n_active > 0
)"""
"""Of ours, which has cohorts by channel and segment too (as the query by hand) and months in which nobody bought: what all have."""


def make_data(folder: Path, orders: int) -> None:
    """``unify.orders`` and ``unify.order_lines`` in data.duckdb, and the same as Parquet files."""
    (folder / "data.duckdb").unlink(missing_ok=True)
    with opened(folder) as engine:
        for name, select in {"orders": ORDERS, "order_lines": LINES}.items():
            n = engine.make(f"unify.{name}", select, {"orders": orders})
            engine.execute(f"copy unify.{name} to '{folder / name}.parquet' (format parquet)")
            say(f"{name}: {n:,} rows")
        # Cohorts are split by segment too; here nobody is in one.
        engine.make("segment.members", "select '' as customer_id, '' as scheme, '' as segment where false")


@contextmanager
def opened(folder: Path) -> Iterator[DuckDBEngine]:
    """The database, with the threads and memory of this benchmark."""
    memory = os.environ.get(MEMORY) or None
    with DuckDBEngine(
        folder / "data.duckdb", threads=THREADS, temp=folder / "spill", memory=memory
    ) as engine:
        yield engine


def by_hand() -> None:
    """One query a result, stored."""
    folder = Path(os.environ[FOLDER])
    with opened(folder) as engine, timed("all"):
        for result, select in BY_HAND.items():
            with timed(result):
                engine.make(f"hand.{result}", select, {"as_of": AS_OF})
    made = {result: f"hand.{result}" for result in BY_HAND}
    keep(folder, "by hand", made | {"cohorts": "(from hand.cohorts where is_all)"})


def gristmill() -> None:
    """Every template a result needs, as a run makes it."""
    folder = Path(os.environ[FOLDER])
    took: dict[str, float] = {}
    with opened(folder) as engine, timed("all"):
        for result, names in {"shared": SHARED, **TEMPLATES}.items():
            with timed(result):
                for name in names:
                    found = parse(ROOT / "sql" / f"{name}_v1.sql")
                    values = {key: param.default for key, param in found.params.items()}
                    began = time.process_time()
                    stored(engine, found, values | ({"as_of": AS_OF} if "as_of" in values else {}))
                    took[found.relation] = time.process_time() - began
    Path(folder, "relations.json").write_text(json.dumps(took), encoding="utf-8")
    made = {result: names[-1].replace("/", ".") for result, names in TEMPLATES.items()}
    keep(folder, "gristmill", made | {"cohorts": EVERYBODY})


def keep(folder: Path, entry: str, relations: dict[str, str]) -> None:
    """Write what an entry found to Parquet, for comparison; not timed, in a session that saw none of the work."""
    with opened(folder) as engine:
        for result, relation in relations.items():
            engine.execute(
                f"copy (select {COMPARED[result]} from {relation}) to '{folder / entry}.{result}.parquet'"
            )


def agreed(folder: Path, entries: list[Entry]) -> tuple[str, bool]:
    """Rows of every result and entry, and how many differ from those by hand; whether none does."""
    rows, good = [], True
    with DuckDBEngine(threads=THREADS) as engine:
        for entry in entries:
            cells = [entry.name]
            for result, columns in COMPARED.items():
                theirs, mine = (f"'{folder / name}.{result}.parquet'" for name in (entry.name, "by hand"))
                if not Path(theirs.strip("'")).is_file():
                    cells.append("failed")
                    good = False
                    continue
                one, other = (f"(select {columns} from {path})" for path in (theirs, mine))
                n = engine.scalar(f"select count(*) from {theirs}")
                wrong = engine.scalar(
                    f"select (select count(*) from (from {one} except from {other}))"
                    f" + (select count(*) from (from {other} except from {one}))"
                )
                good &= not wrong and n > 0
                cells.append(f"{n:,}" + (f", {wrong:,} differ" if wrong else ""))
            rows.append(cells)
    return table(["rows", *COMPARED], rows), good


def main() -> int:
    """Make the orders, run the entries in turn, print what they cost; 1 when one failed or found something else."""
    parser = argparse.ArgumentParser(description="RFM, cohorts and baskets, four ways.")
    parser.add_argument(
        "--orders", type=int, nargs="+", default=[1_000_000], help="orders (default 1,000,000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--rivals", type=Path, metavar="PYTHON", help="interpreter that has the others")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="entries to run, besides by hand")
    parser.add_argument("--memory", default="", help="most memory of DuckDB, as 8GB (default: its own)")
    parser.add_argument("--folder", type=Path, help="where data is kept; without it a temporary folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every execution and the summary")
    given = parser.parse_args()
    written, good = {}, True
    for orders in given.orders:
        with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
            folder = (given.folder or Path(temp)).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.glob("*.parquet"):
                path.unlink()
            make_data(folder, orders)
            env = {FOLDER: str(folder), MEMORY: given.memory}
            entries = [
                Entry(name, f"{__file__}:{function}", env=env)
                for name, function in {"by hand": "by_hand", "gristmill": "gristmill"}.items()
            ]
            if given.rivals:
                path = str(Path(__file__).with_name("segments_rivals.py"))
                entries += [
                    Entry(name, [str(given.rivals.absolute()), path, name], env=env) for name in RIVALS
                ]
            if given.only:
                entries = [one for one in entries if one.name in ("by hand", *given.only)]
            measured = rounds(entries, n=given.rounds, warm=0)
            text, same = agreed(folder, entries)
            print(f"{orders:,} orders\n\n{report(measured)}\n\n{text}")
            took = folder / "relations.json"
            if took.is_file():
                print(
                    "\n".join(f"{s:8.2f} CPU s  {name}" for name, s in json.loads(took.read_text()).items())
                )
            good &= same and not any(one.exit_code for one in measured)
            written[orders] = {"measured": measured, "summary": summary(measured)}
    if given.json:
        write_json(given.json, **{str(orders): found for orders, found in written.items()})
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
