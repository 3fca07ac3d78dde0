"""Splink on the people of ``unify_speed.py``; called by it with the rivals' own Python.

Comparisons, training and the threshold of 0.95 follow Splink's tutorial as far as the columns are alike; nobody tuned them to
this data, so what it finds here is no measure of Splink's accuracy. The blocking rules propose about as many pairs as gristmill
compares: both numbers are printed.
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

PEOPLE = """
create table people as
select contact_id as unique_id, nullif(lower(coalesce(full_name, concat_ws(' ', given_name, family_name))), '') as name, email, phone,
  cast(birth_date as varchar) as birth_date, postcode, lower(city) as city, lower(address) as address
from read_parquet('{folder}/persons.parquet')
"""
RULES = (
    *(("email",), ("phone",), ("name", "birth_date"), ("birth_date", "postcode"), ("birth_date", "city")),
    *(("name", "postcode"), ("name", "city"), ("address",), ("name", "substr(phone, -3)"), ("birth_date", "substr(name, 1, 1)")),
)  # fmt: skip
TRAINED_ON = (("email",), ("phone",), ("name", "birth_date"))


def figure(name: str, value: float) -> None:
    """As in ``harness``, which needs packages that are not here."""
    with Path(os.environ["GRISTMILL_BENCH_FIGURES"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({name: value}) + "\n")


def main() -> None:
    """Block, train, predict, cluster; the clusters go to ``splink.parquet``."""
    folder = Path(os.environ["GRISTMILL_BENCH_FOLDER"])
    (folder / "splink.duckdb").unlink(missing_ok=True)
    con = duckdb.connect(str(folder / "splink.duckdb"))
    con.execute("set threads = 2")
    con.execute(PEOPLE.format(folder=folder))
    began, used = time.perf_counter(), time.process_time()
    rules = [block_on(*columns) for columns in RULES]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("name"),
            cl.EmailComparison("email"),
            cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.LevenshteinAtThresholds("birth_date", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode"),
            cl.LevenshteinAtThresholds("address", [2, 5]),
        ],
    )
    api = DuckDBAPI(con)
    linker = Linker(api.register("people"), settings)
    linker.training.estimate_probability_two_random_records_match(rules[:3], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in TRAINED_ON:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    figure("s: training", time.perf_counter() - began)
    scored = linker.inference.predict(threshold_match_probability=0.01)
    figure("s: training, scoring", time.perf_counter() - began)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, 0.95)
    con.execute(f"create table kept as select unique_id as contact_id, cluster_id from {found.physical_name}")
    figure("seconds", time.perf_counter() - began)
    figure("CPU seconds", time.process_time() - used)
    figure("peak MB inside", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    con.execute(f"copy kept to '{folder / 'splink.parquet'}' (format parquet)")
    proposed = " union ".join(
        "select l.unique_id as a, r.unique_id as b from people as l join people as r on l.unique_id < r.unique_id and "
        + " and ".join(f"{_side(column, 'l')} = {_side(column, 'r')}" for column in columns)
        for columns in RULES
    )
    figure("pairs", con.execute(f"select count(*) from ({proposed})").fetchone()[0])


def _side(column: str, side: str) -> str:
    return column.replace("substr(", f"substr({side}.") if "(" in column else f"{side}.{column}"


if __name__ == "__main__":
    main()
