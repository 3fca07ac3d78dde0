"""Cohorts by month and week, all and split, against pandas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from measuring import ORDERS, mill

from gristmill.engine.duckdb import DuckDBEngine

ROOT = Path(__file__).parents[1]
COHORTS = ("measure/cohort_buyers", "measure/cohort_sums", "measure/cohorts")
DAY = dt.date(2024, 3, 20)


def followed(orders: pd.DataFrame, **params: Any) -> dict[str, pd.DataFrame]:
    """What is made of these orders; members of two segments by the last digit of their name."""
    with DuckDBEngine() as engine:
        engine.register("given", pa.Table.from_pandas(orders, preserve_index=False))
        engine.make(
            "unify.orders",
            "select order_id, customer_id, cast(ordered_at as timestamp) as ordered_at, status,"
            " cast(amount as decimal(18, 4)) as amount, cast(null as varchar) as currency, channel from given",
        )
        engine.make(
            "segment.members",
            "select distinct customer_id, 'rfm' as scheme, case when right(customer_id, 1) < '5' then '단골' else 'Lost' end as segment"
            " from unify.orders where customer_id is not null and right(customer_id, 1) <> '9'",
        )
        mill(engine, (*ORDERS, *COHORTS), as_of=DAY, **params)
        return {
            name: engine.fetch(f"select * from measure.{name} order by all").to_pandas()
            for name in ("cohorts", "cohort_sums", "cohort_buyers")
        }


def random_orders(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 470 * 24 * 60, n)
    return pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in range(n)],
            "customer_id": [
                None if i % 17 == 0 else f"c{number}"
                for i, number in enumerate(rng.integers(0, n // 5 + 1, n))
            ],
            "ordered_at": pd.Timestamp("2023-01-01") + pd.to_timedelta(minutes, unit="min"),
            "status": rng.choice(["completed", "completed", "completed", "cancelled"], n),
            "amount": np.where(rng.random(n) < 0.1, -rng.integers(1, 90, n), rng.integers(0, 90, n)).astype(
                float
            ),
            "channel": rng.choice(np.array(["web", "매장", None], dtype=object), n),
        }
    )


def starts(moments: pd.Series, unit: str) -> pd.Series:
    return moments.dt.to_period("W-SUN" if unit == "week" else "M").dt.start_time


def by_pandas(orders: pd.DataFrame, unit: str) -> dict[tuple[Any, ...], tuple[int, int, float]]:
    """(dimension, value, cohort, period) → customers, those active, revenue."""
    seen = orders[
        (orders["ordered_at"] < pd.Timestamp(DAY) + pd.Timedelta(days=1)) & orders["customer_id"].notna()
    ].copy()
    seen["period"] = starts(seen["ordered_at"], unit)
    bought = seen[(seen["status"] == "completed") & (seen["amount"] >= 0)]
    found: dict[tuple[Any, ...], tuple[int, int, float]] = {}
    first: dict[str, dict[str, Any]] = {}
    for customer, theirs in bought.groupby("customer_id"):
        rows = theirs[theirs["ordered_at"] == theirs["ordered_at"].min()]
        channels = sorted(rows["channel"].dropna())
        last = str(customer)[-1]
        first[str(customer)] = {
            "cohort": rows["period"].min(),
            "all": "all",
            "channel": channels[0] if channels else "not stated",
            "segment": "none" if last == "9" else "단골" if last < "5" else "Lost",
        }
    for dimension in ("all", "channel", "segment"):
        groups: dict[tuple[Any, Any], set[str]] = {}
        for customer, facts in first.items():
            groups.setdefault((facts[dimension], facts["cohort"]), set()).add(customer)
        for (value, cohort), customers in groups.items():
            theirs = seen[seen["customer_id"].isin(customers)]
            bought_theirs = bought[bought["customer_id"].isin(customers)]
            period = cohort
            while period <= pd.Timestamp(DAY):
                found[dimension, value, cohort, period] = (
                    len(customers),
                    bought_theirs[bought_theirs["period"] == period]["customer_id"].nunique(),
                    float(theirs[theirs["period"] == period]["amount"].sum()),
                )
                period += pd.DateOffset(weeks=1) if unit == "week" else pd.DateOffset(months=1)
    return found


@pytest.mark.parametrize("unit", ["month", "week"])
def test_cohorts_are_those_that_pandas_counts(unit: str) -> None:
    orders = random_orders(100, 7)
    made = followed(orders, cohort_unit=unit)["cohorts"]
    step = pd.DateOffset(weeks=1) if unit == "week" else pd.DateOffset(months=1)
    expected = by_pandas(orders, unit)
    got = {}
    for row in made.itertuples():
        cohort = pd.Timestamp(row.cohort)
        period = cohort + row.n_since * step
        got[row.dimension, row.value, cohort, period] = (row.n_cohort, row.n_active, float(row.revenue))
        assert row.unit == unit
        assert row.is_complete == (period + step <= pd.Timestamp(DAY) + pd.Timedelta(days=1))
        assert row.share_active == pytest.approx(row.n_active / row.n_cohort)
    assert got == expected
    ordered = made.sort_values("n_since")
    for _, rows in ordered.groupby(["dimension", "value", "cohort"]):
        assert rows["revenue_so_far"].astype(float).tolist() == pytest.approx(
            rows["revenue"].astype(float).cumsum().tolist()
        )


def test_values_of_a_dimension_add_up_to_all_customers() -> None:
    cohorts = followed(random_orders(500, 4), cohort_unit="week")["cohorts"]
    cohorts["revenue"] = cohorts["revenue"].astype(float)
    sums = cohorts.groupby(["dimension", "cohort", "n_since"])[["n_cohort", "n_active", "revenue"]].sum()
    for dimension in ("channel", "segment"):
        pd.testing.assert_frame_equal(sums.loc[dimension], sums.loc["all"])


def test_the_order_of_rows_changes_nothing() -> None:
    orders = random_orders(500, 5)
    one, other = followed(orders), followed(orders.iloc[::-1])
    for name, made in one.items():
        pd.testing.assert_frame_equal(made, other[name])


def test_a_single_customer_is_a_cohort_of_one_and_no_order_is_none() -> None:
    orders = random_orders(3, 1).iloc[:1].assign(
        customer_id="c1", ordered_at=pd.Timestamp("2024-02-29 23:59:59"), status="completed", amount=0.0, channel="web"
    )  # fmt: skip
    cohorts = followed(orders)["cohorts"]
    assert cohorts["n_cohort"].tolist() == [1] * 6
    assert sorted(cohorts["share_active"].tolist()) == [0.0] * 3 + [1.0] * 3
    assert followed(orders.assign(customer_id=None))["cohorts"].empty
