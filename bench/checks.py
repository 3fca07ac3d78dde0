"""What judging a table by eleven rules costs: gristmill, five other validators, and one scan written by hand.

    python bench/checks.py --rivals rivals/bin/python
    python bench/checks.py --rivals rivals/bin/python --rows 10000000 --rounds 1
    python bench/checks.py --rivals rivals/bin/python --rules 1000 --rounds 1

The table has six columns: a number that is unique, a text with a pattern, a number in a range, a text of a list, a
moment in a range, a text that may be missing; the first five must be there. In each a few cells are wrong. It is
stored in a DuckDB file and in a Parquet file, and each entry works in a process of its own:

- by hand            one SELECT of all counts, and one grouped for the duplicates; no rows
- by hand, rows      the same, and the first 1,000 failing rows of each rule in a table
- gristmill          checks.run on the DuckDB file: results, failing rows (1,000 a rule), sample keys stored
- gristmill command  gristmill check FILE.parquet --with … --rows …, every failing row written to a Parquet file
- the others         see checks_rivals.py: Pandera on pandas and on Ibis, Great Expectations, Pointblank, cuallee

The ratios are to "by hand". Every entry says how many rows failed each rule; where two do not agree, or one has no
such rule, the table under the times shows it, and a disagreement that is not expected ends with exit code 1.

The others live in an environment of their own, which ``--rivals`` names: pip install 'pandera[pandas]'
'ibis-framework[duckdb]' pointblank great_expectations cuallee pyarrow psutil. Without it only ours and by hand run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from checks_rivals import COUNTS, FOLDER, HIGH, LOW, MANY, PATTERN, RULES, STATUSES, counted, many_rules
from harness import Entry, figure, report, rounds, say, summary, table, write_json

from gristmill.engine.duckdb import DuckDBEngine

THREADS = 2
AS_OF = dt.date(2026, 1, 1)
TABLE = """
select case when i % 1000 = 7 then i - 1 else i end as id,
    case when i % 900 <> 0 then 'user' || i || case when i % 500 = 1 then '(at)' else '@' end
        || ['naver.com', 'gmail.com', 'daum.net'][1 + i % 3] end as email,
    cast(case when i % 300 = 0 then -1.5 else (hash(i) % 100000) / 100.0 end as double) as amount,
    case when i % 400 = 0 then 'lost' else ['new', 'paid', 'sent', 'done'][1 + i % 4] end as status,
    timestamp '2020-01-01' + to_hours(cast(i % 50000 as integer))
        + to_days(case when i % 700 = 0 then 30000 else 0 end) as ordered_at,
    case when i % 3 > 0 then 'note ' || i % 1000 || case when i % 1100 = 1 then ' that goes on and on' else '' end end as note
from range($rows) as r(i)
"""
FAILS = {
    "not_null id": "id is null",
    "not_null email": "email is null",
    "not_null amount": "amount is null",
    "not_null status": "status is null",
    "not_null ordered_at": "ordered_at is null",
    "email": f"not regexp_matches(email, '^(?:{PATTERN})')",
    "amount": "not (amount >= 0 and amount <= 1000)",
    "status": f"status not in ({', '.join(map(repr, STATUSES))})",
    "ordered_at": f"not (ordered_at >= timestamp '{LOW}' and ordered_at <= timestamp '{HIGH}')",
    "note": "length(note) > 20",
}
"""Each rule but uniqueness as the condition of a wrong row."""
SCHEMA = f"""
import pandera.pandas as pa

__relation__ = "bench.orders"
SCHEMA = pa.DataFrameSchema(
    {{
        "id": pa.Column(int, unique=True),
        "email": pa.Column(str, pa.Check.str_matches(r"{PATTERN}")),
        "amount": pa.Column(float, pa.Check.in_range(0, 1000)),
        "status": pa.Column(str, pa.Check.isin({list(STATUSES)!r})),
        "ordered_at": pa.Column("datetime64[us]", pa.Check.in_range("{LOW}", "{HIGH}")),
        "note": pa.Column(str, pa.Check.str_length(0, 20), nullable=True),
    }}
)
"""
CHECKED = {
    "str_matches": "email",
    "in_range": "",
    "isin": "status",
    "str_length": "note",
    "unique": "unique",
    "not_null": "",
}


def make_data(folder: Path, rows: int) -> None:
    """``bench.orders`` in data.duckdb and the same rows in data.parquet."""
    for name in ("data.duckdb", "data.parquet"):
        Path(folder, name).unlink(missing_ok=True)
    with DuckDBEngine(folder / "data.duckdb", threads=THREADS, temp=folder / "spill") as engine:
        engine.make("bench.orders", TABLE, {"rows": rows})
        engine.execute(f"copy bench.orders to '{folder / 'data.parquet'}' (format parquet)")
    (folder / "schema.py").write_text(SCHEMA, encoding="utf-8")


@contextmanager
def opened() -> Iterator[DuckDBEngine]:
    """The database, and how long the block took without imports and opening."""
    folder = Path(os.environ[FOLDER])
    with DuckDBEngine(folder / "data.duckdb", threads=THREADS, temp=folder / "spill") as engine:
        began, used = time.perf_counter(), time.process_time()
        yield engine
        figure("seconds", time.perf_counter() - began)
        figure("CPU seconds", time.process_time() - used)


def _counts(engine: DuckDBEngine) -> dict[str, int]:
    asked = ", ".join(f"count_if({sql})" for sql in FAILS.values())
    found = dict(zip(FAILS, engine.rows(f"select {asked} from bench.orders")[0], strict=True))
    found["unique"] = engine.scalar(
        "select coalesce(sum(n), 0) from (select count(*) as n from bench.orders group by id having n > 1)"
    )
    return {name: int(n) for name, n in found.items()}


def by_hand() -> None:
    """All counts."""
    with opened() as engine:
        found = _counts(engine)
    counted("by hand", found)


def by_hand_rows() -> None:
    """All counts, and the first failing rows."""
    with opened() as engine:
        found = _counts(engine)
        parts = [
            f"(select '{name}' as rule, * from bench.orders where {sql} order by id limit 1000)"
            for name, sql in FAILS.items()
            if found[name]
        ]
        twice = "select id from bench.orders group by id having count(*) > 1"
        parts.append(f"(select 'unique', * from bench.orders where id in ({twice}) order by id limit 1000)")
        engine.make("bench.failing", "\nunion all\n".join(parts))
    counted("by hand, rows", found)


def gristmill() -> None:
    """What a run does with a relation."""
    import runpy

    from gristmill.checks import run

    schema = runpy.run_path(str(Path(os.environ[FOLDER], "schema.py")))["SCHEMA"]
    with opened() as engine:
        found = run(engine, "bench.orders", schema, as_of=AS_OF, run_id="bench")
        kept = engine.scalar("select count(*) from audit.failures")
    wrong = [one for one in found if one.check != "dtype"]
    if any(one.ran_in != "sql" or one.verdict == "error" for one in wrong):
        raise SystemExit(f"not judged in the database: {wrong}")
    figure("failing rows kept", kept)
    counted("gristmill", _named({(one.column, one.check): one.n_failed for one in wrong}))


def _named(found: Mapping[tuple[str | None, str], int]) -> dict[str, int]:
    named = {}
    for (column, check), n in found.items():
        name = CHECKED[check] or (f"not_null {column}" if check == "not_null" else str(column))
        named[name] = n
    return named


def many_by_hand() -> None:
    """A thousand counts in one SELECT."""
    rules = many_rules(int(os.environ[MANY]))
    asked = ", ".join(
        f"count_if({column} {'<' if sign == 'ge' else '>'} {value})" for column, sign, value in rules
    )
    with opened() as engine:
        found = engine.rows(f"select {asked} from bench.orders")[0]
    counted("by hand", {"all rules": sum(found)})


def many_gristmill() -> None:
    """A thousand rules of one schema, failing rows kept."""
    import pandera.pandas as pa

    from gristmill.checks import run

    of: dict[str, list[pa.Check]] = {}
    for column, sign, value in many_rules(int(os.environ[MANY])):
        of.setdefault(column, []).append(getattr(pa.Check, sign)(value))
    schema = pa.DataFrameSchema({name: pa.Column(None, made, nullable=True) for name, made in of.items()})
    with opened() as engine:
        found = run(engine, "bench.orders", schema, as_of=AS_OF, run_id="bench")
        kept = engine.scalar("select count(*) from audit.failures")
    figure("failing rows kept", kept)
    figure("rules that failed", sum(one.n_failed > 0 for one in found))
    counted("gristmill", {"all rules": sum(one.n_failed for one in found)})


def _entries(folder: Path, rivals: Path | None, many: int) -> list[Entry]:
    env = {FOLDER: str(folder), MANY: str(many)}
    ours = (
        {"by hand": "many_by_hand", "gristmill": "many_gristmill"}
        if many
        else {"by hand": "by_hand", "by hand, rows": "by_hand_rows", "gristmill": "gristmill"}
    )
    entries = [Entry(name, f"{__file__}:{function}", env=env) for name, function in ours.items()]
    if not many:
        words = ["check", str(folder / "data.parquet"), "--with", str(folder / "schema.py")]
        # A check that fails is exit code 1: the command is wrapped, so that the harness sees it succeed.
        words += ["--rows", str(folder / "rows.parquet"), "--json"]
        code = (
            f"import subprocess, sys; done = subprocess.run([sys.executable, '-m', 'gristmill', *{words!r}],"
            f" stdout=open({str(folder / 'command.json')!r}, 'w')); sys.exit(done.returncode > 1)"
        )
        entries.append(Entry("gristmill command", [sys.executable, "-c", code], env=env))
    if rivals:
        known = ("cuallee", "great expectations") if many else tuple(RULES)
        path = Path(__file__).with_name("checks_rivals.py")
        for name in known:
            words = [str(rivals), str(path), name]
            entries.append(Entry(name, words, env=env))
    return entries


def _agreed(folder: Path, entries: list[Entry]) -> tuple[str, bool]:
    """The counts of every entry as a table, and whether all of them are as they should be."""
    found = {}
    for entry in entries:
        path = folder / f"{entry.name}.{COUNTS}"
        if path.is_file():
            found[entry.name] = json.loads(path.read_text("utf-8"))
    command = folder / "command.json"
    if command.is_file():
        told = json.loads(command.read_text("utf-8"))["checks"]
        found["gristmill command"] = _named(
            {(one["column"], one["check"]): one["n_failed"] for one in told if one["check"] != "dtype"}
        )
    truth = found.get("by hand", {})
    names = list(truth)
    rows, good = [], set(found) == {entry.name for entry in entries}
    for name, counts in found.items():
        excused = RULES.get(name, {})
        good &= all(counts.get(rule) == truth[rule] or rule in excused for rule in names)
        rows.append([name, *(f"{counts[rule]:,}" if rule in counts else "–" for rule in names)])
    text = table(["rows that fail", *names], rows)
    for name, excused in RULES.items():
        text += "".join(
            f"\n{name}, {rule}: {why}" for rule, why in excused.items() if name in found and rule in truth
        )
    return text, good


def main() -> int:
    """Make the table, run the entries in turn, print what they cost and found; 1 when one failed or disagrees."""
    parser = argparse.ArgumentParser(description="Eleven rules on one table, by six validators and by hand.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table (default 1,000,000)")
    parser.add_argument("--rules", type=int, default=0, metavar="N", help="instead: N simple rules")
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (default 3)")
    parser.add_argument("--warm", type=int, default=0, help="rounds ahead that do not count (default 0)")
    parser.add_argument("--rivals", type=Path, metavar="PYTHON", help="interpreter that has the others")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="entries to run, besides by hand")
    parser.add_argument("--folder", type=Path, help="where data is kept; without it a temporary folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every execution and the summary")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
        folder = (given.folder or Path(temp)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        say(f"making {given.rows:,} rows")
        make_data(folder, given.rows)
        for path in [*folder.glob(f"*.{COUNTS}"), folder / "command.json"]:
            path.unlink(missing_ok=True)
        entries = _entries(folder, given.rivals.absolute() if given.rivals else None, given.rules)
        if given.only:
            entries = [one for one in entries if one.name in ("by hand", *given.only)]
        measured = rounds(entries, n=given.rounds, warm=given.warm, before=lambda _: _tidy(folder))
        print(report(measured))
        text, good = _agreed(folder, entries)
        print("\n" + text)
        if given.json:
            write_json(given.json, rows=given.rows, measured=measured, summary=summary(measured))
        return 1 if any(one.exit_code for one in measured) or not good else 0


def _tidy(folder: Path) -> None:
    """Forget what an execution before wrote."""
    with DuckDBEngine(folder / "data.duckdb") as engine:
        for name in ("bench.failing", "audit.failures", "audit.results"):
            engine.drop(name)
    (folder / "rows.parquet").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
