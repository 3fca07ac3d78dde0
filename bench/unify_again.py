"""What the unify stage costs when one percent of the records changed: all of it again beside taking up the run before.

    python bench/unify_again.py --project FOLDER --share 0.01

FOLDER is a project with a published run; its database is copied, never changed. Three processes work on copies:
`learn` makes the stage from nothing, `again` makes it on changed data with what was learnt, `renewed` takes up what
`learn` left. Both of the latter must hold the same rows in every relation. Seconds are told for the stage, and for the
part of it that compares (names to clusters), without opening the database. Two threads each.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from harness import Entry, figure, measure, say, table

from gristmill import making, runs, steps, template
from gristmill.carried import attached
from gristmill.catalog import Catalog
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.lineage import Meanings
from gristmill.project import load
from gristmill.renewal import STAGE, Renewal

FOLDER, HOW, PROJECT = "GRISTMILL_BENCH_FOLDER", "GRISTMILL_BENCH_HOW", "GRISTMILL_BENCH_PROJECT"
COMPARING = {
    f"unify.{name}"
    for name in (
        *(
            "name_tokens",
            "name_words",
            "name_order",
            "name_parts",
            "words",
            "email_servers",
            "records",
            "scale",
        ),
        *(
            "frequencies",
            "chances",
            "keys",
            "block_sizes",
            "block_limits",
            "block_parts",
            "pairs",
            "sample_pairs",
        ),
        *("compared_names", "compared_evidence", "comparisons", "patterns", "model", "scores", "clusters"),
    )
}
OF_RUNS = {"unify.renewal"}


def stage() -> None:
    """The stage in one database, as the environment says; called in a process of its own."""
    folder, how = Path(os.environ[FOLDER]), os.environ[HOW]
    project = load(Path(os.environ[PROJECT]))
    plan = steps.plan(project, Catalog(project), Meanings())
    given = {**project.params, "as_of": runs.current(project).as_of, "run": "bench"}
    total = comparing = 0.0
    with (
        DuckDBEngine(folder / f"{how}.duckdb", temp=folder / "spill", threads=2) as engine,
        attached(engine, folder / "learn.duckdb") if how != "learn" else nullcontext() as before,
        Renewal(engine, before) if how == "renewed" else nullcontext() as renewal,
    ):
        for node in plan.order():
            if node.name.partition(".")[0] != STAGE or (how == "again" and node.renewed == "when learning"):
                continue
            values = template.values(node.template, given) if node.template else given
            began = time.perf_counter()
            if not (renewal and renewal.make(node, values)):
                making.run(engine, node, values)
            if renewal:
                renewal.made(node)
            seconds = time.perf_counter() - began
            total += seconds
            comparing += seconds if node.name in COMPARING else 0.0
        if how == "renewed":
            figure("records", engine.scalar("select n_records from unify.renewal"))
            figure("compared", engine.scalar("select n_compared from unify.renewal"))
    figure("stage s", total)
    figure("comparing s", comparing)


def change(path: Path, share: float) -> None:
    """New records (copies with another e-mail, phone, name or birth date), a tenth as many changed and a tenth as many gone."""
    n = int(share * 1_000_000)
    with DuckDBEngine(path) as engine:
        engine.execute(
            "create temp table dice as select contact_id, _source, _row,"
            " md5_number(contact_id || cast(_row as varchar)) % 1000000 as h from clean.contacts"
        )
        engine.execute(
            "insert into clean.contacts select c.* replace (c.contact_id || '-n' as contact_id, c._row + 100000000 as _row,"
            " case when h % 3 = 0 then 'new' || h || '@daum.net' else c.email end as email, case when h % 5 = 0 then null else c.phone end as phone,"
            " case when h % 7 = 0 then '김' || left(c.full_name, 2) else c.full_name end as full_name,"
            " case when h % 2 = 0 then null else c.birth_date end as birth_date)"
            f" from clean.contacts as c join dice using (contact_id, _source, _row) where h < {n * 8 // 10}"
        )
        pick = "contact_id in (select contact_id from dice where h between {} and {})"
        engine.execute(
            "update clean.contacts set email = 'changed' || left(md5(contact_id), 8) || '@naver.com'"
            f" where {pick.format(500_000, 500_000 + n // 10)}"
        )
        engine.execute(f"delete from clean.contacts where {pick.format(700_000, 700_000 + n // 10)}")


def differing(one: Path, other: Path) -> list[str]:
    """Relations that do not hold the same rows in both."""
    with DuckDBEngine(one, read_only=True) as engine:
        engine.attach(other, "other")
        sides = (
            "select * from {0} except all select * from other.{0}",
            "select * from other.{0} except all select * from {0}",
        )
        return [
            name
            for name in engine.relations()
            if name.startswith(f"{STAGE}.") and name not in OF_RUNS
            if any(engine.scalar(f"select count(*) from ({side.format(name)})") for side in sides)
        ]


def main() -> int:
    """Measure and compare; returns 1 when rows differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.01)
    given = parser.parse_args()
    project = load(given.project)
    published = runs.current(project)
    if published is None:
        say(f"{given.project} has no published run.")
        return 1
    with tempfile.TemporaryDirectory(dir=project.state) as name:
        folder = Path(name)
        found = {}
        shutil.copyfile(published.database(project), folder / "learn.duckdb")
        for how in ("learn", "again", "renewed"):
            if how != "learn":
                shutil.copyfile(folder / "learn.duckdb", folder / f"{how}.duckdb")
                change(folder / f"{how}.duckdb", given.share)
            env = {FOLDER: str(folder), HOW: how, PROJECT: str(given.project.resolve())}
            found[how] = measure(Entry(how, f"{__file__}:stage", env=env))
            say(f"{how}: {found[how].figures}")
        others = differing(folder / "again.duckdb", folder / "renewed.duckdb")
    names = ("comparing s", "stage s")
    rows = [
        [
            how,
            *(f"{found[how].figures[key]:.1f}" for key in names),
            f"{found[how].cpu_s:.1f}",
            f"{found[how].peak_mb:.0f}",
        ]
        for how in found
    ]
    say(table(["", *names, "CPU s", "peak MB"], rows))
    for key in names:
        say(
            f"{key}: {found['learn'].figures[key] / found['renewed'].figures[key]:.1f} times faster than learning, "
            f"{found['again'].figures[key] / found['renewed'].figures[key]:.1f} times faster than comparing all"
        )
    say("Every relation holds the same rows." if not others else f"Rows differ in {', '.join(others)}.")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
