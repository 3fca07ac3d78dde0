"""Run one rival on one file and write id and cluster_id; called by unify.py with the rivals' own Python.

Splink's models are those of its documentation: its examples "febrl3" for febrl and "historical persons" for historical, its
tutorial for fake_1000; comparisons, blocking rules, training and the threshold of clusters are set as there. The
others have none, so their columns are compared as those examples compare columns of that kind; tables of things are left out.
The tool ``splink at best`` is given the truth and takes, of many thresholds, the one whose clusters fit it best: no user could,
but nothing is laid to the choice of a threshold; for fake_1000 it also gets blocking rules on dob and email. GoldenMatch gets the table and nothing else.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

THRESHOLDS = (
    0.01,
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    0.95,
    0.98,
    0.99,
    0.995,
    0.999,
    0.9999,
    0.99999,
)
"""Tried by ``splink at best``."""


@dataclass
class Model:
    """What Splink is told about a table."""

    comparisons: list[Any]
    rules: list[Any]
    """Pairs are compared when one of these holds."""
    training: list[Any]
    threshold: float
    """Pairs at least this probable are of one cluster."""
    certain: list[Any] = field(default_factory=list)
    """Rules that find mostly matches, and the share of all matches that they are believed to find."""
    recall: float = 0.7
    u_pairs: float = 1e6
    without_frequencies: bool = False
    """Train without adjustments for frequent values, as the example of historical persons does."""


def main() -> None:
    """``tool data file id truth out``; the column of the truth is dropped, except to choose a threshold by it."""
    tool, data, path, id_column, excluded, out = sys.argv[1:]
    table = pd.read_csv(path, dtype=str, skipinitialspace=True, encoding="utf-8-sig", keep_default_na=True)
    table.columns = [name.strip() for name in table.columns]
    truth = table[excluded] if excluded else table[id_column].str.split("-").str[1]
    table = table.drop(columns=[name for name in [excluded] if name])
    if tool == "goldenmatch":
        found = goldenmatch(table, id_column)
    else:
        ids = dict(zip(table[id_column], truth, strict=True))
        found = splink(table, data, id_column, ids if tool == "splink at best" else None)
    found.to_csv(Path(out), index=False)


def splink(table: pd.DataFrame, data: str, id_column: str, truth: dict[str, str] | None) -> pd.DataFrame:
    """Block, train, predict and cluster at the threshold of the documentation, or at the best one."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    table = table.rename(columns={id_column: "unique_id"})
    model = _model(cl, block_on, data, table)
    if data == "fake_1000" and truth is not None:
        # the tutorial's two rules find less than half of all matches; the best there is must not suffer from it
        model.rules += [block_on("dob"), block_on("email")]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=model.comparisons,
        blocking_rules_to_generate_predictions=model.rules,
    )
    linker = Linker(DuckDBAPI().register(table), settings)
    linker.training.estimate_probability_two_random_records_match(
        model.certain or model.rules[:3], recall=model.recall
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=model.u_pairs, seed=1)
    for rule in model.training:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=model.without_frequencies
        )
    pairs = linker.inference.predict(threshold_match_probability=0.01)

    def clustered(threshold: float) -> pd.DataFrame:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
        found = (
            found.as_pandas_dataframe()
            if hasattr(found, "as_pandas_dataframe")
            else found.as_duckdbpyrelation().df()
        )
        return found.rename(columns={"unique_id": "id"})[["id", "cluster_id"]]

    if truth is None:
        return clustered(model.threshold)
    best = max(THRESHOLDS, key=lambda threshold: _f1(truth, clustered(threshold)))
    print(f"{data}: best threshold {best}", file=sys.stderr)
    return clustered(best)


def _f1(truth: dict[str, str], found: pd.DataFrame) -> float:
    labels = dict(zip(found["id"], found["cluster_id"], strict=True))

    def pairs(counts: Counter[Any]) -> int:
        return sum(n * (n - 1) for n in counts.values())

    both = pairs(Counter((person, labels[id_]) for id_, person in truth.items()))
    return 2 * both / max(pairs(Counter(truth.values())) + pairs(Counter(labels.values())), 1)


def _model(cl: Any, block_on: Any, data: str, table: pd.DataFrame) -> Model:
    if data in ("febrl1", "febrl2", "febrl3", "febrl4"):
        return _febrl(cl, block_on)
    if data == "fake_1000":
        return _tutorial(cl, block_on)
    if data.startswith("historical"):
        return _historical(cl, block_on, table)
    if data.startswith("rldata"):
        return Model(
            [
                cl.NameComparison("fname_c1"), cl.NameComparison("lname_c1"),
                *(cl.LevenshteinAtThresholds(part, 1) for part in ("by", "bm", "bd")),
            ],
            [block_on("fname_c1"), block_on("lname_c1"), block_on("by", "bm"), block_on("bm", "bd"), block_on("by", "bd")],
            [block_on("fname_c1", "lname_c1"), block_on("by", "bm", "bd")],
            0.5,
        )  # fmt: skip
    if data == "voters":
        return Model(
            [
                cl.NameComparison("givenname"), cl.NameComparison("surname"), cl.LevenshteinAtThresholds("suburb", 2),
                cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            ],
            [block_on("givenname", "surname"), block_on("surname", "suburb"), block_on("givenname", "suburb"),
                block_on("surname", "postcode"), block_on("givenname", "postcode")],
            [block_on("givenname", "surname"), block_on("postcode", "suburb")],
            0.95,
        )  # fmt: skip
    if "name" in table and "birth_date" in table:
        return _contacts(cl, block_on)
    raise SystemExit(f"Splink's documentation has no model for a table like {data}.")


def _febrl(cl: Any, block_on: Any) -> Model:
    """The example febrl3, which looks at accuracy over all thresholds and names none: 0.5 is taken."""
    return Model(
        [
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        [block_on(name) for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
        [block_on("date_of_birth"), block_on("postcode")],
        0.5,
        certain=[
            block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"),
            "l.surname = r.given_name and l.given_name = r.surname and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
    )  # fmt: skip


def _tutorial(cl: Any, block_on: Any) -> Model:
    """The tutorial, which clusters at 0.2."""
    return Model(
        [
            cl.NameComparison("first_name"), cl.NameComparison("surname"), cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email"),
        ],
        [block_on("first_name", "city"), block_on("surname")],
        [block_on("first_name", "surname"), block_on("dob")],
        0.2,
        certain=[
            block_on("first_name", "dob"), "l.first_name = r.first_name and levenshtein(l.surname, r.surname) <= 2",
            block_on("email"),
        ],
        u_pairs=2e6,
    )  # fmt: skip


def _historical(cl: Any, block_on: Any, table: pd.DataFrame) -> Model:
    """The example of historical persons, which clusters at 0.95."""
    table["name_pair"] = table["first_name"] + " " + table["surname"]
    area, first, last = "substr(postcode_fake,1,3)", "substr(first_name,1,2)", "substr(surname,1,2)"
    rules = [
        ("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"),
        ("postcode_fake", "first_name"), ("postcode_fake", "surname"), ("dob", "birth_place"),
        (area, "dob"), (area, "first_name"), (area, "surname"), (first, last, "substr(dob,1,4)"),
    ]  # fmt: skip
    return Model(
        [
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="name_pair"),
            cl.DateOfBirthComparison("dob", input_is_string=True), cl.PostcodeComparison("postcode_fake"),
            *(cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in ("birth_place", "occupation")),
        ],
        [block_on(*rule) for rule in rules],
        [block_on("first_name", "surname"), block_on("dob")],
        0.95,
        certain=[
            block_on("first_name", "surname", "dob"), block_on(first, "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
        u_pairs=1e7,
        without_frequencies=True,
    )  # fmt: skip


def _contacts(cl: Any, block_on: Any) -> Model:
    return Model(
        [
            cl.NameComparison("name"), cl.EmailComparison("email"), cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.LevenshteinAtThresholds("birth_date", 1), cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode"), cl.LevenshteinAtThresholds("address", [2, 5]),
        ],
        [block_on("email"), block_on("phone"), block_on("name", "city"), block_on("name", "birth_date"),
            block_on("postcode", "birth_date")],
        [block_on("email"), block_on("phone"), block_on("name")],
        0.95,
    )  # fmt: skip


def goldenmatch(table: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """Without any configuration; a row of no cluster is one of its own."""
    import goldenmatch as gm
    import polars as pl

    result = gm.dedupe_df(pl.from_pandas(table.drop(columns=[id_column])))
    labels = {}
    for label, members in result.clusters.items():
        for row in members["members"] if isinstance(members, dict) else members:
            labels[int(row)] = f"c{label}"
    ids = table[id_column].tolist()
    return pd.DataFrame({"id": ids, "cluster_id": [labels.get(i, f"alone {i}") for i in range(len(ids))]})


if __name__ == "__main__":
    main()
