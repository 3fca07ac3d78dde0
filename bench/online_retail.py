"""A year of a real web shop through the README's own steps, held against the figures published about it.

    python bench/online_retail.py [folder with 2010-12.csv.gz … 2011-12.csv.gz]

Online Retail (UCI 352, CC BY 4.0): 541,909 lines of 25,900 invoices, no contacts, only CustomerID. Two runs:
by the defaults (refunds are subtracted), and with returns=drop, which is what the published table of
recency, frequency and monetary value did. Exit code 1 when a figure is not the published one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness import say, table, write_json
from projects import BenchError, Ran, again, mb, run

AS_OF = "2011-12-10"
"""The day after the last invoice."""
DATA = Path(__file__).parents[2] / "shared" / "data" / "online_retail"
PUBLISHED = {
    "rows read": "541,909",
    "records that cannot be read": "0",
    "exact duplicates set aside": "5,268",
    "rows without CustomerID": "135,080",
    "invoices": "25,900",
    "customers": "4,372",
}
PUBLISHED_DROP = {"customers in segment.rfm": "4,338", "their monetary total": "8,887,208.89"}


def seen(ran: Ran) -> dict[str, str]:
    """What the run says about the file, in the words of ``PUBLISHED``, and what has no published figure."""
    source = ran.rows("select min(source) from raw.files")[0][0]
    columns = {
        name.lower(): f'"{name}"'
        for (name,) in ran.rows(
            f"select column_name from duckdb_columns() where schema_name = 'raw' and table_name = '{source}'"
        )
    }
    raw = f'raw."{source}"'
    invoice, customer = columns["invoiceno"], columns["customerid"]
    read, rejected = ran.rows("select sum(n_rows), sum(n_rejects) from raw.files")[0]
    found: dict[str, Any] = {
        "rows read": read,
        "records that cannot be read": rejected,
        "exact duplicates set aside": one(
            ran, "select count(*) from clean.set_aside where relation = 'clean.order_lines'"
        ),
        "rows without CustomerID": one(
            ran, f"select count(*) from {raw} where nullif({customer}, '') is null"
        ),
        "invoices": one(ran, f"select count(distinct {invoice}) from {raw}"),
        "customers": one(ran, f"select count(distinct nullif({customer}, '')) from {raw}"),
        "cancelled invoices (C…)": one(
            ran, f"select count(distinct {invoice}) from {raw} where {invoice} like 'C%'"
        ),
        "rows of cancelled invoices": one(ran, f"select count(*) from {raw} where {invoice} like 'C%'"),
        "lines kept in clean.order_lines": one(ran, "select count(*) from clean.order_lines"),
        "of these without customer": one(
            ran, "select count(*) from clean.order_lines where contact_id is null"
        ),
        "orders in clean.orders": one(ran, "select count(*) from clean.orders"),
        "customers in unify.customers": one(ran, "select count(*) from unify.customers"),
    }
    return {name: f"{value:,}" for name, value in found.items()}


def scored(ran: Ran) -> dict[str, str]:
    """Customers scored and their money, in the words of ``PUBLISHED_DROP``."""
    n, money = ran.rows("select count(*), sum(monetary) from segment.rfm")[0]
    return {"customers in segment.rfm": f"{n:,}", "their monetary total": f"{money:,.2f}"}


def one(ran: Ran, sql: str) -> Any:
    """First value of a query."""
    return ran.rows(sql)[0][0]


def compared(found: dict[str, str], published: dict[str, str]) -> list[list[str]]:
    """Rows of a table: what, here, published, and whether they agree."""
    return [
        [
            what,
            value,
            published.get(what, ""),
            "" if what not in published else "ok" if value == published[what] else "DIFFERS",
        ]
        for what, value in found.items()
    ]


def cost(ran: Ran) -> list[list[str]]:
    """Rows of a table: seconds, CPU seconds and memory of every step."""
    return [
        [name, f"{m.wall_s:.1f} s", f"{m.cpu_s:.1f} s", f"{m.peak_mb:,.0f} MB", f"{m.load:.1f}"]
        for name, m in ran.measured.items()
    ]


def main() -> int:
    """Run both ways and print the figures beside the published ones."""
    parser = argparse.ArgumentParser(description="Online Retail through init, add, run.")
    parser.add_argument(
        "data", type=Path, nargs="?", default=DATA, help="folder with the monthly .csv.gz files"
    )
    parser.add_argument(
        "--folder", type=Path, help="keep the project here (default: a temporary folder, deleted)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    files = sorted(given.data.resolve().glob("*.csv.gz"))
    if not files:
        parser.error(f"there are no .csv.gz files in {given.data}")
    root = given.folder.resolve() if given.folder else Path(tempfile.mkdtemp(prefix="gm-bench-"))
    try:
        say(f"{len(files)} files, as of {AS_OF}")
        net = run(root / "shop", files, as_of=AS_OF)
        rows = compared(seen(net), PUBLISHED)
        rows += [[f"{what}, returns=net", value, "", ""] for what, value in scored(net).items()]
        costs, stages, size = cost(net), net.stages, net.database.stat().st_size
        drop = again(root / "shop", as_of=AS_OF, params=["returns=drop"])
        rows += compared(scored(drop), PUBLISHED_DROP)
        costs += [["run, drop", *cost(drop)[0][1:]]]
    except BenchError as error:
        say(str(error))
        return 1
    finally:
        if not given.folder:
            shutil.rmtree(root, ignore_errors=True)
    print(table(["figure", "here", "published", ""], rows))
    print()
    print(table(["step", "wall", "CPU", "peak memory", "load"], costs))
    print()
    print(table(["stage", "seconds"], [[name, f"{seconds:.1f}"] for name, seconds in stages.items()]))
    print(f"\ndatabase {mb(size)}; verdict: {net.record['verdict']}")
    if given.json:
        write_json(given.json, figures=rows, measured=net.measured, record=net.record, drop=drop.record)
    return 1 if any(row[-1] == "DIFFERS" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
