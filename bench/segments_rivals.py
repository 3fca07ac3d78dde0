"""RFM, cohorts and baskets of segments.py in pandas and in Polars; run by an interpreter that has these and not gristmill.

    rivals/bin/python bench/segments_rivals.py polars

Each reads the columns it needs from Parquet, as somebody who knows the library would write it: categories and numbers instead
of texts before the join of baskets in pandas, one lazy query a result in Polars.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

THREADS = "2"
os.environ.setdefault("POLARS_MAX_THREADS", THREADS)

from harness import figure  # noqa: E402 - Polars reads its threads when it is imported

FOLDER = "GRISTMILL_BENCH_FOLDER"
AS_OF = "2026-01-01"
UNTIL = "2026-01-02"
MAX_ITEMS, MIN_ORDERS, MAX_PRODUCTS, MIN_BOTH = 100, 10, 2000, 5
BINS = 5


@contextmanager
def timed(result: str) -> Iterator[None]:
    """Report the seconds and CPU seconds of a block as figures."""
    began, used = time.perf_counter(), time.process_time()
    yield
    figure(f"{result} s", time.perf_counter() - began)
    figure(f"{result} CPU s", time.process_time() - used)


def data(name: str) -> Path:
    """A file in the folder of the benchmark."""
    return Path(os.environ[FOLDER], f"{name}.parquet")


def write(frame: Any, entry: str, result: str) -> None:
    """Keep a result for comparison."""
    path = data(f"{entry}.{result}")
    if entry == "pandas":
        frame.to_parquet(path, index=False)
    else:
        frame.write_parquet(path)


def with_pandas() -> dict[str, Callable[[], Any]]:
    """The three results by pandas."""
    import pandas as pd

    def orders(*columns: str) -> Any:
        found = pd.read_parquet(
            data("orders"), columns=["ordered_at", "status", "amount", "currency", *columns]
        )
        found = found[(found["ordered_at"] < UNTIL) & (found["currency"] == "KRW")]
        found["amount"] = found["amount"].astype(float)
        found["p"] = (found["status"] == "completed") & (found["amount"] >= 0)
        return found.drop(columns=["status", "currency"])

    def rfm() -> Any:
        found = orders("customer_id")
        bought = found[found["p"]].groupby("customer_id")["ordered_at"].agg(["max", "size"])
        made = bought.join(found.groupby("customer_id")["amount"].sum())
        made.columns = ["last", "frequency", "monetary"]
        made["recency_days"] = (pd.Timestamp(AS_OF) - made["last"].dt.normalize()).dt.days
        # Sums of doubles differ in the last digits: amounts are whole hundredths.
        made["monetary"] = made["monetary"].round(2)
        scored = {"r": -made["recency_days"], "f": made["frequency"], "m": made["monetary"]}
        for name, values in scored.items():
            made[name] = 1 + (values.rank(method="min").astype(int) - 1) * BINS // len(made)
        return made.drop(columns="last").reset_index()

    def cohorts() -> Any:
        found = orders("customer_id")
        found["month"] = found["ordered_at"].dt.year * 12 + found["ordered_at"].dt.month - 1
        firsts = found[found["p"]].groupby("customer_id")["month"].min().rename("cohort")
        found = found.join(firsts, on="customer_id", how="inner")
        keys = ["cohort", "month"]
        active = found[found["p"]].drop_duplicates(["customer_id", "month"]).groupby(keys).size()
        made = pd.DataFrame({"n_active": active}).join(found.groupby(keys)["amount"].sum().rename("revenue"))
        made = made.reset_index()
        made["months_since"] = made["month"] - made["cohort"]
        made["cohort_month"] = pd.to_datetime(
            {"year": made["cohort"] // 12, "month": made["cohort"] % 12 + 1, "day": 1}
        )
        return made[["cohort_month", "months_since", "n_active", "revenue"]]

    def baskets() -> Any:
        found = orders("order_id")
        lines = pd.read_parquet(
            data("order_lines"),
            columns=["order_id", "product_key", "quantity", "amount", "status"],
        )
        lines = lines[
            (lines["status"] == "completed") & (lines["quantity"] > 0) & (lines["amount"].astype(float) >= 0)
        ]
        lines["product_key"] = lines["product_key"].astype("category")
        number = pd.Index(found.loc[found["p"], "order_id"]).get_indexer(lines["order_id"])
        names = lines["product_key"].cat.categories
        items = pd.DataFrame({"o": number, "p": lines["product_key"].cat.codes.to_numpy().astype("int32")})
        del lines, found
        items = items[items["o"] >= 0].drop_duplicates()
        sizes = items.groupby("o")["p"].size()
        few = sizes.index[sizes <= MAX_ITEMS]
        items = items[items["o"].isin(few)]
        counts = items.groupby("p").size().rename("n").reset_index()
        often = counts[counts["n"] >= MIN_ORDERS].sort_values(["n", "p"], ascending=[False, True])[
            :MAX_PRODUCTS
        ]
        items = items[items["p"].isin(often["p"])]
        pairs = items.merge(items, on="o")
        pairs = pairs[pairs["p_x"] < pairs["p_y"]].groupby(["p_x", "p_y"]).size().rename("n_both")
        made = pairs[pairs >= MIN_BOTH].reset_index()
        n = often.set_index("p")["n"]
        made["n_left"], made["n_right"] = made["p_x"].map(n), made["p_y"].map(n)
        made["lift"] = made["n_both"] * len(few) / (made["n_left"] * made["n_right"])
        made["left_key"], made["right_key"] = names[made["p_x"]], names[made["p_y"]]
        return made.drop(columns=["p_x", "p_y"])

    return {"rfm": rfm, "cohorts": cohorts, "baskets": baskets}


def with_polars() -> dict[str, Callable[[], Any]]:
    """The three results by Polars, each one lazy query run by its streaming engine."""
    import polars as pl

    bought = (pl.col("status") == "completed") & (pl.col("amount") >= 0)
    orders = (
        pl.scan_parquet(data("orders"))
        .filter(pl.col("ordered_at") < pl.lit(UNTIL).str.to_datetime(), pl.col("currency") == "KRW")
        .with_columns(p=bought, amount=pl.col("amount").cast(pl.Float64))
    )

    def rfm() -> Any:
        made = (
            orders.group_by("customer_id")
            .agg(
                last=pl.col("ordered_at").filter("p").max(),
                frequency=pl.col("p").sum(),
                monetary=pl.col("amount").sum().round(2),
            )
            .filter(pl.col("frequency") > 0)
            .with_columns(
                recency_days=(pl.lit(AS_OF).str.to_date() - pl.col("last").dt.date()).dt.total_days()
            )
        )
        scored = {"r": -pl.col("recency_days"), "f": pl.col("frequency"), "m": pl.col("monetary")}
        ranks = {
            name: 1 + (values.rank("min").cast(pl.Int64) - 1) * BINS // pl.len()
            for name, values in scored.items()
        }
        return made.with_columns(**ranks).drop("last").collect(engine="streaming")

    def cohorts() -> Any:
        months = orders.select(
            "customer_id", "p", "amount", month=pl.col("ordered_at").dt.truncate("1mo").dt.date()
        )
        firsts = months.filter("p").group_by("customer_id").agg(cohort_month=pl.col("month").min())
        joined = months.join(firsts, on="customer_id")
        a_customer = joined.group_by("cohort_month", "month", "customer_id").agg(
            pl.col("p").any(), pl.col("amount").sum()
        )
        made = a_customer.group_by("cohort_month", "month").agg(
            n_active=pl.col("p").sum(), revenue=pl.col("amount").sum()
        )
        since = 12 * (pl.col("month").dt.year() - pl.col("cohort_month").dt.year()) + (
            pl.col("month").dt.month().cast(pl.Int32) - pl.col("cohort_month").dt.month().cast(pl.Int32)
        )
        return (
            made.filter(pl.col("n_active") > 0)
            .with_columns(months_since=since)
            .drop("month")
            .collect(engine="streaming")
        )

    def baskets() -> Any:
        lines = pl.scan_parquet(data("order_lines")).filter(
            pl.col("status") == "completed", pl.col("quantity") > 0, pl.col("amount") >= 0
        )
        known = orders.filter("p").select("order_id")
        items = lines.join(known, on="order_id", how="semi").select("order_id", "product_key").unique()
        items = (
            items.with_columns(pl.col("product_key").cast(pl.Categorical)).collect(engine="streaming").lazy()
        )
        sizes = items.group_by("order_id").len().filter(pl.col("len") <= MAX_ITEMS).select("order_id")
        items = items.join(sizes, on="order_id", how="semi")
        n_all = items.select(pl.col("order_id").n_unique()).collect(engine="streaming").item()
        often = items.group_by("product_key").len("n").filter(pl.col("n") >= MIN_ORDERS)
        often = often.with_columns(name=pl.col("product_key").cast(pl.String))
        often = (
            often.sort(["n", "name"], descending=[True, False])
            .head(MAX_PRODUCTS)
            .with_row_index("no")
            .collect()
            .lazy()
        )
        kept = items.join(often.select("product_key", "no"), on="product_key").select("order_id", "no")
        pairs = kept.join(kept, on="order_id", suffix="_y").filter(pl.col("no") < pl.col("no_y"))
        counted = pairs.group_by("no", "no_y").len("n_both").filter(pl.col("n_both") >= MIN_BOTH)
        made = counted.join(often.select("no", a="name", n_a="n"), on="no")
        made = made.join(often.select(no_y="no", b="name", n_b="n"), on="no_y")
        first = pl.col("a") < pl.col("b")
        return made.select(
            left_key=pl.when(first).then("a").otherwise("b"),
            right_key=pl.when(first).then("b").otherwise("a"),
            n_both="n_both",
            n_left=pl.when(first).then("n_a").otherwise("n_b"),
            n_right=pl.when(first).then("n_b").otherwise("n_a"),
            lift=pl.col("n_both").cast(pl.Float64) * n_all / (pl.col("n_a").cast(pl.Float64) * pl.col("n_b")),
        ).collect(engine="streaming")

    return {"rfm": rfm, "cohorts": cohorts, "baskets": baskets}


def main() -> None:
    """Make the three results by one library, and report what each took."""
    entry = sys.argv[1]
    results = {"pandas": with_pandas, "polars": with_polars}[entry]()
    frames = {}
    with timed("all"):
        for result, make in results.items():
            with timed(result):
                frames[result] = make()
    for result, frame in frames.items():
        write(frame, entry, result)


if __name__ == "__main__":
    main()
