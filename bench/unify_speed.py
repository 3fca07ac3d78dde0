"""What finding duplicates costs at size beside Splink, on records whose truth is known.

    python bench/unify_speed.py --people 45000 445000 --rivals rivals/bin/python
    python bench/unify_speed.py --people 4450000 --folder /data/bench

A person of the sample has about 2.25 records, so 445,000 people are 1,000,000 records. They are made by
``gristmill sample``, added to a project and cleaned; both tools then start from the same people (``unify.persons``), each in a process of its own:

- gristmill  the templates and steps of the stage from ``unify.name_parts`` to ``unify.clusters``, in a run's database
- splink     with --rivals: ``unify_speed_splink.py``

Seconds and the peak inside are without imports, reading and counting; both may use two threads. Precision and recall are of pairs of records
after clustering. The rivals' environment is that of ``unify.py``. --relations shows the seconds of every relation of ours.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from harness import Entry, Measured, figure, report, rounds, say, summary, table, write_json
from projects import AS_OF, BenchError, step

from gristmill import runs, template
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import bound
from gristmill.mill import Mill
from gristmill.project import load

FOLDER = "GRISTMILL_BENCH_FOLDER"
RELATIONS = "relations.json"
THREADS = 2
MEMORY = "GRISTMILL_BENCH_MEMORY"
NEEDED = ("clean.contacts", "clean.orders", "clean.events", "clean.tickets")
GIVEN = ("unify.persons", "unify.fingerprints", "unify.decisions", "unify.decided")
"""Made before the clock runs: what both tools are given, and what people decided (nothing)."""

TRUTH = """
select p.contact_id, min(t.person_id) as person_id
from read_parquet('{people}') as t
join clean.{entity} as c on c._source = t.source and c._row = t._row
join unify.persons as p on p.contact_id = coalesce(c.contact_id, c._source || ':' || coalesce(lower(c.email), c.phone))
group by p.contact_id
"""
KNOWN = """
select contact_id, min(person_id) as person_id
from (select * from truth.contacts union all select * from truth.tickets) group by contact_id
"""
SCORE = """
with labelled as (select c.cluster_id, t.person_id from read_parquet('{clusters}') as c join read_parquet('{truth}') as t using (contact_id)),
cells as (select cluster_id, person_id, count(*) as n from labelled group by all),
people as (select person_id, sum(n) as n from cells group by all),
clusters as (select cluster_id, sum(n) as n from cells group by all)
select (select sum(n * (n - 1) // 2) from people), (select sum(n * (n - 1) // 2) from clusters),
  (select sum(n * (n - 1) // 2) from cells)
"""


def prepare(people: int, folder: Path, seed: int) -> None:
    """A cleaned sample in ``input.duckdb``, the people in ``persons.parquet``, who is who in ``truth.parquet``."""
    if (folder / "truth.parquet").is_file():
        return
    data, truth, place = folder / "files", folder / "truth", folder / "project"
    step("sample", "sample", data, "--people", str(people), "--seed", str(seed), "--truth", truth)
    step("init", "init", place)
    step("add", "add", *sorted(data.iterdir()), cwd=place)
    project = load(place)
    run = runs.start(project, as_of=dt.date.fromisoformat(AS_OF), params={})
    with Mill(project, run=run) as mill:
        mill.relation("unify.persons")
        mill.relation("unify.decisions")
    with DuckDBEngine(folder / "input.duckdb", temp=folder / "spill") as engine:
        engine.attach(run.database(project), "cleaned")
        for name in (*NEEDED, "unify.persons"):
            engine.make(name, f"select * from cleaned.{name}")
        for name in ("contacts", "tickets"):
            engine.make(f"truth.{name}", TRUTH.format(people=truth / "people.parquet", entity=name))
        engine.execute(f"copy ({KNOWN}) to '{folder / 'truth.parquet'}' (format parquet)")
        engine.execute(f"copy unify.persons to '{folder / 'persons.parquet'}' (format parquet)")
    run.database(project).unlink()
    shutil.rmtree(data)


def store(engine: DuckDBEngine, found: template.Template) -> None:
    """Make a template's relation, as a run does."""
    values = template.values(found, {})
    if found.is_view:
        engine.view(found.relation, bound(found, values) if values else found.sql)
    else:
        engine.make(found.relation, found.sql, values)


def gristmill() -> None:
    """From people to clusters; called in a process of its own."""
    folder = Path(os.environ[FOLDER])
    with Mill(load(folder / "project")) as mill:
        nodes = [node for node in mill.plan.order(["unify.clusters"]) if node.name.startswith("unify.")]
    work = folder / "work.duckdb"
    shutil.copyfile(folder / "input.duckdb", work)
    made = []
    with DuckDBEngine(
        work, temp=folder / "spill", threads=THREADS, memory=os.environ.get(MEMORY) or None
    ) as engine:
        total = used = 0.0
        for node in nodes:
            if node.name == "unify.persons":
                continue
            began, cpu = time.perf_counter(), time.process_time()
            if node.template:
                store(engine, node.template)
            elif node.step:
                node.step(engine, {})
            seconds, spent = time.perf_counter() - began, time.process_time() - cpu
            if node.name not in GIVEN:
                total, used = total + seconds, used + spent
            is_view = node.template is not None and node.template.is_view
            n_rows = 0 if is_view else engine.scalar(f"select count(*) from {node.name}")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            made.append((node.name, n_rows, seconds, spent, peak))
        figure("seconds", total)
        figure("CPU seconds", used)
        figure("records", engine.scalar("select count(*) from unify.records"))
        figure("pairs", engine.scalar("select count(*) from unify.pairs"))
        figure("peak MB inside", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
        engine.execute(f"copy unify.clusters to '{folder / 'gristmill.parquet'}' (format parquet)")
    (folder / RELATIONS).write_text(json.dumps(made), "utf-8")


def scored(folder: Path, clusters: Path) -> dict[str, float]:
    """Precision and recall of pairs of records that are one person."""
    with DuckDBEngine() as engine:
        true, together, right = engine.rows(SCORE.format(clusters=clusters, truth=folder / "truth.parquet"))[
            0
        ]
    return {"precision": right / max(together or 0, 1), "recall": right / max(true or 0, 1)}


def one_size(people: int, folder: Path, given: argparse.Namespace) -> list[Measured]:
    """Both tools on one sample; prints what they cost and what they found."""
    folder.mkdir(parents=True, exist_ok=True)
    prepare(people, folder, given.seed)
    env = {FOLDER: str(folder), MEMORY: given.memory or ""}
    entries = [Entry("gristmill", f"{__file__}:gristmill", env=env)]
    if given.rivals:
        words = [str(given.rivals), str(Path(__file__).with_name("unify_speed_splink.py"))]
        entries.append(Entry("splink", words, env=env))
    measured = rounds(entries, n=given.rounds, warm=0)
    print(f"{people:,} people\n{report(measured)}")
    for entry in entries:
        found = folder / f"{entry.name}.parquet"
        if found.is_file():
            shares = ", ".join(f"{name} {share:.2%}" for name, share in scored(folder, found).items())
            print(f"{entry.name}: {shares}")
    made = folder / RELATIONS
    if given.relations and made.is_file():
        rows = [
            [name, f"{n:,}", f"{seconds:.2f}", f"{cpu:.2f}", f"{peak:,.0f}"]
            for name, n, seconds, cpu, peak in json.loads(made.read_text("utf-8"))
        ]
        print(table(["relation", "rows", "seconds", "CPU seconds", "peak MB so far"], rows))
    return measured


def main() -> int:
    """Measure every size and print what it took; 1 when something failed."""
    parser = argparse.ArgumentParser(description="Finding duplicates at size, beside Splink.")
    parser.add_argument("--people", type=int, nargs="+", default=[45_000, 445_000], metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="how often each runs (default 1)")
    parser.add_argument("--rivals", type=Path, help="the Python that has Splink; without it gristmill alone")
    parser.add_argument("--memory", help="the most memory our database may use, as 8GB")
    parser.add_argument("--relations", action="store_true", help="also the seconds of every relation")
    parser.add_argument("--folder", type=Path, help="where data is kept; without it a temporary folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every execution and the summary")
    given = parser.parse_args()
    measured: dict[int, list[Measured]] = {}
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as temp:
        root = (given.folder or Path(temp)).resolve()
        try:
            for people in sorted(set(given.people)):
                measured[people] = one_size(people, root / f"{people}", given)
        except BenchError as error:
            say(str(error))
            return 1
    if given.json:
        write_json(given.json, measured=measured, summary={n: summary(one) for n, one in measured.items()})
    return 1 if any(one.exit_code for many in measured.values() for one in many) else 0


if __name__ == "__main__":
    sys.exit(main())
