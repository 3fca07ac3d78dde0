"""Two real files that nobody wrote for us, each through init, add, run: what is it taken for, what comes out.

    python bench/real_files.py [FILE …]

Without files: customer_call_list.xlsx (21 rows typed by people) and telco_churn.csv (7,043 customers).
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

from harness import say, table, write_json
from projects import BenchError, Ran, run

DATA = Path(__file__).parents[2] / "shared" / "data"
FILES = (
    DATA / "customer_call_list" / "customer_call_list.xlsx",
    DATA / "telco_churn" / "telco_churn.csv",
)
AS_OF = "2026-11-01"
ENTITIES = ("contacts", "orders", "order_lines", "events", "tickets")


def mapped(ran: Ran) -> str:
    """Entity of every mapping, with the columns it fills."""
    found = []
    for path in sorted((ran.folder / "sql" / "source").glob("*.sql")):
        columns = re.findall(r"^  \S.* as (\w+),? +-- ", path.read_text(encoding="utf-8"), re.MULTILINE)
        found.append(f"{path.stem.removesuffix('_v1')}: {', '.join(columns)}")
    return "; ".join(found)


def facts(ran: Ran) -> list[list[str]]:
    """Rows of a table about one file."""
    read, rejected = ran.rows("select sum(n_rows), sum(n_rejects) from raw.files")[0]
    counts = {
        "rows read": read,
        "records that cannot be read": rejected,
        **{f"rows of clean.{entity}": ran.relations[f"clean.{entity}"][0] for entity in ENTITIES},
        "rows set aside": ran.relations["clean.set_aside"][0],
        "cells changed": ran.relations["clean.changes"][0],
        "customers": ran.relations["unify.customers"][0],
        "customers scored": ran.relations["segment.rfm"][0],
        "checks": ran.record["n_checks"],
        "checks that found something": ran.record["n_failed"],
    }
    done = ran.measured["run"]
    rows = [["mapped to", mapped(ran)], *([what, f"{n:,}"] for what, n in counts.items())]
    rows += [
        ["  rule", f"{n:,} {rule}"]
        for rule, n in ran.rows("select rule, count(*) from clean.changes group by all order by 2 desc, 1")
    ]
    rows += [
        [f"  {severity}", f"{n:,} of {of:,}: {relation} {column or ''} {sentence}"]
        for severity, n, of, relation, column, sentence in ran.rows(
            "select severity, n_failed, n, relation, column_name, sentence from audit.results"
            " where verdict <> 'pass' order by n_failed desc, relation, column_name, sentence"
        )
    ]
    rows += [
        ["verdict", str(ran.record["verdict"])],
        [
            "run",
            f"{done.wall_s:.1f} s, CPU {done.cpu_s:.1f} s, peak {done.peak_mb:,.0f} MB, load {done.load:.1f}",
        ],
    ]
    return rows


def main() -> int:
    """Run every file in a project of its own; 1 when one did not come through."""
    parser = argparse.ArgumentParser(description="Real files through init, add, run.")
    parser.add_argument("files", type=Path, nargs="*", default=FILES, metavar="FILE")
    parser.add_argument(
        "--folder", type=Path, help="keep the projects here (default: a temporary folder, deleted)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    missing = [str(path) for path in given.files if not path.is_file()]
    if missing:
        parser.error(f"there is no file {', '.join(missing)}")
    root = given.folder.resolve() if given.folder else Path(tempfile.mkdtemp(prefix="gm-bench-"))
    found: dict[str, list[list[str]]] = {}
    failed = False
    try:
        for path in given.files:
            say(path.name)
            try:
                ran = run(root / path.name.partition(".")[0], [path.resolve()], as_of=AS_OF)
            except BenchError as error:
                failed = True
                say(str(error))
                continue
            found[path.name] = facts(ran)
            print(table([path.name, ""], found[path.name], left=2), end="\n\n")
        if given.json:
            write_json(given.json, files=found)
    finally:
        if not given.folder:
            shutil.rmtree(root, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
