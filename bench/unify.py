"""Find duplicates with gristmill, Splink and GoldenMatch, and compare what they find with the truth.

Every tool gets the same files and reports its own clusters; the score is taken here, in one way for all. Each
runs in a process of its own, one after another, so that seconds and peak memory are its own. The rivals are
installed into an environment beside the project's: ``python -m venv rivals``, then
``rivals/bin/pip install splink pandas goldenmatch polars``, and named by ``--rivals rivals/bin/python``. Without
it they are said to be absent. Splink has the models that its own documentation gives for febrl, fake_1000 and
historical persons; where there is none (rldata500, voters, our sample) its columns are set as in those, and where its
documentation compares nothing of the kind (products, publications) it is left out. "splink at best" is Splink at the
threshold that fits the truth best, which nobody without the truth can choose.

``--made SEED`` adds the tables of ``unify_made.py``. With them, or with korean_names among the sets, it is also measured how many
of the 918 Korean names are found in their Latin spelling, each name alone and without any other column.

    python bench/unify.py --data ../shared/data --rivals rivals/bin/python
    python bench/unify.py --sets febrl3 sample --people 1000000
    python bench/unify.py --sets korean_names --made 7
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import harness
import unify_made

HERE = Path(__file__).resolve().parent
SETS = ("febrl1", "febrl2", "febrl3", "fake_1000", "rldata500", "historical_50k", "sample", "korean_names")
RIVALS = ("splink", "splink at best", "goldenmatch")
SAMPLE = """
copy (
  with who as (select * from '{truth}/people.parquet'),
  crm as (
    select 'crm' as source, row_number() over () as _row, "Full Name" as name, "E-mail" as email, "Mobile" as phone,
      "Date of Birth" as birth_date, "Street Address" as address, "City" as city, "Postcode" as postcode
    from read_csv('{data}/crm.csv', all_varchar = true)
  ),
  shop as (
    select 'shop_customers' as source, row_number() over () as _row, concat_ws(' ', first_name, last_name) as name, email, phone,
      cast(null as varchar) as birth_date, shipping_address as address, shipping_city as city, shipping_postcode as postcode
    from '{data}/shop_customers.parquet'
  ),
  both_ as (select * from crm union all select * from shop)
  select b.source || '-' || b._row as id, b.* exclude (source, _row), w.person_id as person
  from both_ as b
  join who as w on w.source = b.source and w._row = b._row
  order by md5(b.source || b._row)
) to '{out}' (format csv, header)
"""
"""Contacts of two sources in one table, in no order; who is whom by the truth of the sample."""


@dataclass(frozen=True)
class Truth:
    """A file, its column of ids, and the columns that give the truth away."""

    name: str
    path: Path
    id: str
    excluded: tuple[str, ...]
    person: Callable[[dict[str, str]], str]
    """Who a row is, by the row."""


@dataclass(frozen=True)
class Score:
    """Pairwise after clustering, and B-cubed F1 (every record counts the same)."""

    precision: float
    recall: float
    f1: float
    b3: float


def score(truth: Sequence[str], found: Sequence[str]) -> Score:
    """Compare two clusterings of the same rows; with no pair on a side its share is 1."""
    ours, theirs = Counter(truth), Counter(found)
    both = Counter(zip(truth, found, strict=True))
    n_true, n_found, n_both = (sum(n * (n - 1) / 2 for n in c.values()) for c in (ours, theirs, both))
    precision = n_both / n_found if n_found else 1.0
    recall = n_both / n_true if n_true else 1.0
    n = max(len(truth), 1)
    b_precision = sum(k * k / theirs[c] for (_, c), k in both.items()) / n
    b_recall = sum(k * k / ours[t] for (t, _), k in both.items()) / n
    return Score(precision, recall, _mean(precision, recall), _mean(b_precision, b_recall))


def _mean(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def febrl(data: Path, number: int) -> Truth:
    """The number between ``rec-`` and the next hyphen is the person."""
    path = data / "febrl" / f"dataset{number}.csv"
    return Truth(f"febrl{number}", path, "rec_id", (), lambda row: row["rec_id"].split("-")[1])


def sets(data: Path, people: int, temp: Path, wanted: Sequence[str]) -> list[Truth]:
    """The data sets asked for that are there; our sample is made on the spot."""
    known = [
        *(febrl(data, number) for number in (1, 2, 3)),
        Truth(
            "fake_1000",
            data / "fake_1000" / "fake_1000.csv",
            "unique_id",
            ("cluster",),
            lambda row: row["cluster"],
        ),
        Truth(
            "rldata500",
            data / "rldata500" / "RLdata500.csv",
            "rec_id",
            ("ent_id",),
            lambda row: row["ent_id"],
        ),
        Truth(
            "historical_50k",
            data / "historical_50k" / "historical_50k.csv",
            "unique_id",
            ("cluster",),
            lambda row: row["cluster"],
        ),
    ]
    found = [one for one in known if one.name in wanted and one.path.is_file()]
    for one in known:
        if one.name in wanted and not one.path.is_file():
            harness.say(f"{one.name}: no file {one.path}")
    if "sample" in wanted:
        found.append(sample(people, temp))
    return found


def sample(people: int, temp: Path) -> Truth:
    """The contacts of the sample's sources, one below the other in one table, with the person of each."""
    import datetime as dt

    from gristmill import sample as maker
    from gristmill.engine.duckdb import DuckDBEngine

    data, truth = temp / "data", temp / "truth"
    maker.write(data, people=people, as_of=dt.date(2026, 11, 1), truth=truth)
    path = temp / f"sample_{people}.csv"
    with DuckDBEngine() as engine:
        engine.execute(SAMPLE.format(data=data, truth=truth, out=path))
    return Truth(f"sample {people:,}", path, "id", ("person",), lambda row: row["person"])


def made(seed: int, temp: Path) -> list[Truth]:
    """The made-up tables of this seed."""
    paths = unify_made.write(temp / f"made_{seed}", seed)
    return [Truth(path.stem, path, "id", ("truth",), lambda row: row["truth"]) for path in paths]


def korean_names(data: Path, temp: Path) -> str:
    """How many Hangul names have their own Latin spelling as best match, and how many another, in words.

    All names stand in one column. For the first figure every spelling counts that no other outweighs; for the second
    it must outweigh all others, so that of two spellings that weigh the same none is found.
    """
    names = json.loads((data / "korean_names" / "korean_names_1000.json").read_text(encoding="utf-8"))
    path, out, pairs = (temp / f"{name}.csv" for name in ("names", "clusters", "pairs"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name"])
        for i, name in enumerate(names):
            writer.writerows([(f"h{i}", name["fullNameHangul"]), (f"l{i}", name["fullNameRomanized"])])
    words = [
        sys.executable,
        "-m",
        "gristmill",
        "unify",
        str(path),
        "--id",
        "id",
        "--out",
        str(out),
        "--pairs",
        str(pairs),
        "--quiet",
    ]
    done = harness.measure(harness.Entry("korean names", words))
    if done.exit_code:
        return harness.failure(done)
    text = {
        f"{kind}{i}": name[key]
        for i, name in enumerate(names)
        for kind, key in (("h", "fullNameHangul"), ("l", "fullNameRomanized"))
    }
    own: dict[str, set[str]] = {}
    for i in range(len(names)):
        own.setdefault(text[f"h{i}"], set()).add(text[f"l{i}"])
    weights: dict[str, dict[str, float]] = {}
    for row in read(pairs):
        one, other = sorted((row["left_id"], row["right_id"]))
        if one[0] + other[0] == "hl":
            weights.setdefault(text[one], {})[text[other]] = float(row["match_weight"])
    lines = [f"{len(own)} Hangul names among {len(names)} pairs"]
    for rule, is_alone in (("best spellings, ties counted", False), ("the best spelling alone", True)):
        found = wrong = 0
        for name, spellings in weights.items():
            top = max(spellings.values())
            best = {spelling for spelling, weight in spellings.items() if weight == top}
            if len(best) == 1 or not is_alone:
                found += bool(own[name] & best)
                wrong += not own[name] & best
        lines.append(f"{rule}: found {found / len(own):.1%}, wrong {wrong / len(own):.1%}")
    return "; ".join(lines)


def gristmill(truth: Truth, out: Path) -> list[str]:
    """The command a user would give."""
    excluded = [word for column in truth.excluded for word in ("--exclude", column)]
    return [
        sys.executable,
        "-m",
        "gristmill",
        "unify",
        str(truth.path),
        "--id",
        truth.id,
        *excluded,
        "--out",
        str(out),
        "--quiet",
    ]


def rival(tool: str, python: Path, truth: Truth, out: Path) -> list[str]:
    """One of ``unify_rivals.py``, with the rivals' own Python."""
    script = HERE / "unify_rivals.py"
    return [
        str(python),
        str(script),
        tool,
        truth.name,
        str(truth.path),
        truth.id,
        ",".join(truth.excluded),
        str(out),
    ]


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, without the blanks around names and values that febrl has."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [{k.strip(): (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


def run(truth: Truth, tool: str, words: Sequence[str], out: Path) -> list[str]:
    """One line of the table."""
    done = harness.measure(harness.Entry(tool, words))
    if done.exit_code or not out.is_file():
        harness.say(harness.failure(done))
        return [truth.name, tool, *["failed"] * 4, f"{done.wall_s:.1f}", f"{done.peak_mb:,.0f}"]
    clusters = {row["id"]: row["cluster_id"] for row in read(out)}
    rows = read(truth.path)
    found = [clusters.get(row[truth.id], f"alone {i}") for i, row in enumerate(rows)]
    result = score([truth.person(row) for row in rows], found)
    shares = [f"{share:.4f}" for share in (result.precision, result.recall, result.f1, result.b3)]
    return [truth.name, tool, *shares, f"{done.wall_s:.1f}", f"{done.peak_mb:,.0f}"]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=HERE.parents[1] / "shared" / "data", help="folder of the data sets"
    )
    parser.add_argument("--rivals", type=Path, help="the Python that has the rivals installed")
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--people", type=int, default=10_000, help="people in our own sample")
    parser.add_argument("--made", type=int, metavar="SEED", help="the made-up tables of this seed too")
    args = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory(prefix="gm-bench-") as folder:
        temp = Path(folder)
        truths = sets(args.data, args.people, temp, args.sets)
        truths += made(args.made, temp) if args.made is not None else []
        for truth in truths:
            tools = [("gristmill", gristmill)]
            for tool in RIVALS:
                if not (args.rivals and args.rivals.is_file()):
                    lines.append([truth.name, tool, *["absent"] * 4, "", ""])
                elif tool.startswith("splink") and truth.name in unify_made.things.TABLES | {
                    "korean": 0,
                    "companies": 0,
                }:
                    lines.append([truth.name, tool, *["no model"] * 4, "", ""])
                else:
                    tools.append((tool, lambda t, o, tool=tool: rival(tool, args.rivals, t, o)))
            for tool, command in tools:
                out = temp / f"{tool}.csv"
                out.unlink(missing_ok=True)
                lines.append(run(truth, tool, command(truth, out), out))
                harness.say("  ".join(lines[-1]))
        header = ["data", "tool", "precision", "recall", "F1", "B3 F1", "seconds", "peak MB"]
        print(harness.table(header, sorted(lines, key=lambda line: line[0]), left=2))
        if "korean_names" in args.sets and (args.data / "korean_names").is_dir():
            print(f"Korean names: {korean_names(args.data, temp)}")


if __name__ == "__main__":
    main()
