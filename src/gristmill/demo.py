"""``gristmill demo``: a project with sample data, entered like anybody's files and run like any project.

Nothing here is special to the demo but the last lines, which hold the result against the truth that
the pipeline never reads.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from gristmill import pipeline, project, sample, scaffold
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.pipeline import Voice
from gristmill.runs import Run


def make(
    folder: Path, *, people: int, seed: int, as_of: date, voice: Voice, locale: str = "en"
) -> pipeline.Outcome:
    """Make the project in a new folder, run it, and tell the stage times and how near to the truth it came."""
    started = time.perf_counter()
    scaffold.init(folder, locale=locale)
    written = sample.write(folder / "data", people=people, seed=seed, as_of=as_of, truth=folder / "truth")
    voice.tell(
        f"✓ {'sample':<10} {time.perf_counter() - started:6.1f} s   {people:,} people in {len(written.files)} files"
    )
    started = time.perf_counter()
    found = project.load(folder)
    scaffold.add(found, [str(path) for path in written.files])
    voice.tell(f"✓ {'mappings':<10} {time.perf_counter() - started:6.1f} s")
    found = project.load(folder)
    outcome = pipeline.run(found, as_of=as_of, voice=voice)
    if outcome.exit_code in (pipeline.GOOD, pipeline.CRITICAL):
        voice.tell(_against_truth(outcome.run, found, folder / "truth"))
    return outcome


def _against_truth(run: Run, found: project.Project, truth: Path) -> str:
    """Pairs of records of one person: how many were found (recall), how many found are right (precision)."""
    with DuckDBEngine() as engine:
        engine.attach(run.database(found), "run")
        people = str(truth / "people.parquet").replace("'", "''")
        true, together, right = engine.rows(
            f"""
            with labelled as (
              select m.customer_id, t.person_id
              from read_parquet('{people}') as t
              join run.clean.contacts as c on c._source = t.source and c._row = t._row
              join run.unify.members as m on m.contact_id = c.contact_id
            ),
            pairs as (select customer_id, person_id, count(*) as n from labelled group by all)
            select
              (select sum(n * (n - 1) // 2) from (select sum(n) as n from pairs group by person_id)),
              (select sum(n * (n - 1) // 2) from (select sum(n) as n from pairs group by customer_id)),
              (select sum(n * (n - 1) // 2) from pairs)
            """
        )[0]
    recall, precision = right / max(true, 1), right / max(together, 1)
    return f"Against the truth: {recall:.1%} of the duplicate pairs found, {precision:.2%} of the pairs found are right."
