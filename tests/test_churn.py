"""Chances of buying nothing: against the likelihoods they follow from, against pandas, and on data that bear no model."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from measuring import VALUE, bought, mill

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.measure import churn, clv
from gristmill.measure.purchases import BG_NBD, MBG_NBD, PARETO_NBD, Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CDNOW = Path(__file__).parent / "data" / "cdnow" / "orders.txt.gz"
BEFORE = (
    "measure/clv", "measure/churn_settings", "measure/churn_histories", "measure/rhythm", "measure/churn_counts", "measure/churn_bands"
)  # fmt: skip
AFTER = (
    "measure/churn_tried",
    "measure/churn_calibration",
    "measure/churn_methods",
    "measure/churn",
)
MADE = [name.replace("/", ".") for name in (*BEFORE, *AFTER)] + [churn.POINTS, churn.NOTES]
DAY = dt.date(2026, 1, 31)


def told(engine: DuckDBEngine, **params: Any) -> None:
    """Everything about churn, as the stage makes it."""
    mill(engine, VALUE, **params)
    clv.value_customers(engine)
    mill(engine, BEFORE, **params)
    churn.find_chances(engine)
    mill(engine, AFTER, **params)


def random_orders(n: int, seed: int) -> list[tuple[str, str, float | None]]:
    """Customers who buy in rhythms of their own, and leave after some purchase."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, str, float | None]] = []
    for i in range(n):
        day, gap, leaves = int(rng.integers(0, 700)), rng.gamma(2, 20), rng.beta(1, 3)
        while day < 800:
            rows.append(
                (f"고객{i}", str(dt.date(2024, 1, 1) + dt.timedelta(day)), round(rng.gamma(3, 10), 2))
            )
            if rng.random() < leaves:
                break
            day += 1 + int(rng.exponential(gap))
    return rows


@pytest.fixture(scope="module")
def cdnow() -> Iterator[DuckDBEngine]:
    """The whole published sample; its last 90 days are held out."""
    with DuckDBEngine() as engine:
        engine.make(
            "unify.orders",
            f"""select cast(row_number() over () as varchar) as order_id, part[2] as customer_id,
                  cast(strptime(part[3], '%Y%m%d') as timestamp) as ordered_at, 'completed' as status,
                  cast(part[5] as decimal(18, 4)) as amount, cast(null as varchar) as currency
                from (select string_split_regex(trim(line), ' +') as part from read_csv('{CDNOW}',
                      header = false, delim = '|', columns = {{'line': 'varchar'}}))""",
        )
        told(engine, as_of=dt.date(1998, 6, 30))
        yield engine


def history(x: float, t_x: float, age: float) -> Counts:
    return Counts(*(np.array([float(v)]) for v in (x, t_x, age, 1)))


SEEN = [(0, 0, 0), (0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31), (90, 3, 60)]


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("span", [0.0, 0.1, 12.86, 500.0])
def test_the_chance_of_nothing_is_the_likelihood_of_the_longer_silence_over_that_of_the_shorter(
    seen: tuple[float, float, float], span: float
) -> None:
    x, t_x, age = seen
    for model, parameters in (
        (BG_NBD, [0.243, 4.414, 0.793, 2.426]),
        (MBG_NBD, [0.525, 6.183, 0.891, 1.614]),
    ):
        p = np.array(parameters)
        now, _ = model.slope(p, history(x, t_x, age))
        later, _ = model.slope(p, history(x, t_x, age + span))
        assert 1 - model.buys(p, history(*seen), span)[0] == pytest.approx(np.exp(later - now), abs=1e-9)


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("span", [0.0, 0.1, 12.86, 500.0])
@pytest.mark.parametrize(
    "parameters", [[0.553, 10.578, 0.606, 11.669], [3.0, 2.0, 5.0, 1.5], [0.1, 30.0, 0.2, 0.5]]
)
def test_chances_of_pareto_nbd_are_the_density_of_the_next_purchase_summed_over_time(
    seen: tuple[float, float, float], span: float, parameters: list[float]
) -> None:
    p = np.array(parameters)
    r, alpha, s, beta = p
    x, _, age = seen
    # Who still buys does so at a rate, and leaves at a rate, that are Gamma once more.
    shape, scale, leaving = r + x, alpha + age, beta + age
    at = np.linspace(0.0, np.log1p(span / scale), 200_001)
    moments = scale * np.expm1(at)
    density = shape * np.exp(-shape * at) * (leaving / (leaving + moments)) ** s
    chance = np.trapezoid(density, at) * PARETO_NBD.alive(p, history(*seen))[0]
    assert PARETO_NBD.buys(p, history(*seen), span)[0] == pytest.approx(chance, abs=1e-6)


def test_chances_of_new_customers_are_those_of_simulated_ones() -> None:
    rng = np.random.default_rng(1)
    n, span = 400_000, 20.0
    r, alpha, s, beta = 0.553, 10.578, 0.606, 11.669
    first = rng.exponential(1 / np.maximum(rng.gamma(r, 1 / alpha, n), 1e-300))
    left = rng.exponential(1 / np.maximum(rng.gamma(s, 1 / beta, n), 1e-300))
    seen = float((first < np.minimum(left, span)).mean())
    assert PARETO_NBD.buys(np.array([r, alpha, s, beta]), history(0, 0, 0), span)[0] == pytest.approx(
        seen, abs=0.003
    )


def test_on_cdnow_the_model_is_calibrated_and_better_than_shares_by_how_overdue_customers_are(
    cdnow: DuckDBEngine,
) -> None:
    methods = {
        row[0]: row[1:]
        for row in cdnow.rows(
            "select method, mean_probability, share_quiet, skill from measure.churn_methods"
        )
    }
    used = cdnow.scalar("select method from measure.churn_methods where is_used")
    assert used in {"bg_nbd", "mbg_nbd", "pareto_nbd"}
    mean, share, skill = methods[used]
    assert share == pytest.approx(2058 / 2357)
    assert mean == pytest.approx(share, abs=0.03)
    assert skill > methods["overdue bands"][2] > 0
    shares = [
        row[0]
        for row in cdnow.rows(
            "select share_quiet from measure.churn_calibration where method = $used order by tenth",
            {"used": used},
        )
    ]
    assert min(shares[:5]) > 0.9
    assert shares[-1] < 0.5


def test_tenths_gain_and_lift_are_those_that_pandas_counts(cdnow: DuckDBEngine) -> None:
    tried = cdnow.fetch("select * from measure.churn_tried").to_pandas()
    made = cdnow.fetch("select * from measure.churn_calibration").to_pandas().set_index(["method", "tenth"])
    for method, rows in tried.groupby("method"):
        overall = rows["is_quiet"].mean()
        ordered = rows.sort_values("churn_probability", ascending=False)
        n_so_far = 0
        for tenth in range(1, 11):
            one = made.loc[(method, tenth)]
            n_so_far += int(one["n_customers"])
            # Where chances tie, which of the tied is in a tenth is open, but not how high the chances are.
            part = ordered.iloc[n_so_far - int(one["n_customers"]) : n_so_far]
            assert one["mean_probability"] == pytest.approx(part["churn_probability"].mean(), abs=1e-8)
            assert one["lift"] == pytest.approx(one["gain"] / (n_so_far / len(rows)))
        assert made.loc[method]["n_quiet"].sum() == rows["is_quiet"].sum()
        assert made.loc[(method, 1)]["lift"] == pytest.approx(made.loc[(method, 1)]["share_quiet"] / overall)
        brier = ((rows["churn_probability"] - rows["is_quiet"]) ** 2).mean()
        stored = cdnow.rows(
            "select brier, skill from measure.churn_methods where method = $method", {"method": method}
        )
        assert stored[0] == pytest.approx((brier, 1 - brier / (overall * (1 - overall))), abs=1e-7)


def test_rhythms_and_bands_are_those_that_pandas_counts() -> None:
    orders = random_orders(400, 3)
    with DuckDBEngine() as engine:
        bought(engine, orders)
        told(engine, as_of=DAY, churn_days=60)
        made = engine.fetch("select * from measure.rhythm").to_pandas().set_index("customer_id")
        bands = engine.fetch(
            "select sum(n_customers) as n, sum(n_quiet) as quiet from measure.churn_bands where learnt_from = 0"
        ).to_pandas()
        churned = engine.fetch("select * from measure.churn").to_pandas().set_index("customer_id")
    frame = pd.DataFrame(orders, columns=["customer", "day", "amount"])
    frame["day"] = pd.to_datetime(frame["day"])
    frame = frame[frame["day"] <= pd.Timestamp(DAY)].drop_duplicates(["customer", "day"]).sort_values("day")
    gaps = frame.groupby("customer")["day"].apply(lambda days: days.diff().dt.days.dropna().tolist())
    usual = float(np.median([np.mean(one) for one in gaps if one]))
    last = frame.groupby("customer")["day"].max()
    assert set(made.index) == set(gaps.index)
    for customer, own in gaps.items():
        one = made.loc[customer]
        assert one["n_gaps"] == len(own)
        assert one["usual_gap_days"] == pytest.approx(np.mean([*own, usual]))
        assert (one["median_gap_days"] == np.median(own)) if own else pd.isna(one["median_gap_days"])
        since = (pd.Timestamp(DAY) - last[customer]).days
        assert one["days_since_last"] == since
        assert one["overdue_ratio"] == pytest.approx(since / one["usual_gap_days"])
        assert one["is_overdue"] == (since / one["usual_gap_days"] > 2)
    cut = pd.Timestamp(DAY) - pd.Timedelta(days=60)
    known = frame[frame["day"] <= cut]["customer"].unique()
    came = frame[frame["day"] > cut]["customer"].unique()
    assert (bands["n"][0], bands["quiet"][0]) == (len(known), len(set(known) - set(came)))
    at_risk = churned["value_at_risk"].astype(float)
    expected = (
        churned["churn_probability"]
        * churned["expected_spend"].astype(float)
        * 60
        / churned["usual_gap_days"]
    )
    assert at_risk.to_numpy() == pytest.approx(expected.where(churned["n_purchases"] > 1, 0.0), abs=1e-3)
    assert churned.sort_values("place")["value_at_risk"].is_monotonic_decreasing


def test_the_order_of_rows_changes_no_byte() -> None:
    orders = random_orders(300, 5)
    prints = []
    for rows in (orders, orders[::-1]):
        with DuckDBEngine() as engine:
            bought(engine, rows)
            told(engine, as_of=DAY)
            prints.append({name: sorted(map(repr, engine.rows(f"select * from {name}"))) for name in MADE})
    assert prints[0] == prints[1]


def test_a_holdout_of_another_length_than_that_of_customer_value_is_fitted_anew() -> None:
    with DuckDBEngine() as engine:
        bought(engine, random_orders(400, 9))
        told(engine, as_of=DAY, churn_days=60, clv_holdout_days=60)
        same = engine.rows("select * from measure.churn_points order by all")
        told(engine, as_of=DAY, churn_days=60, clv_holdout_days=30)
        other = engine.rows("select * from measure.churn_points order by all")
    assert {row[0] for row in same} == {"today", "holdout"}
    assert [row[:4] for row in same] == [row[:4] for row in other]
    assert [row[4] for row in same] == pytest.approx([row[4] for row in other], abs=1e-5)


def test_without_orders_everything_is_empty() -> None:
    with DuckDBEngine() as engine:
        bought(engine, [])
        told(engine, as_of=DAY)
        assert engine.rows("select * from measure.churn") == []
        notes = engine.rows("select level, method, finding from measure.churn_notes")
    assert notes == [
        (
            "warning",
            "overdue bands",
            "no model of purchases holds, and nobody had bought before the last 90 days: no chance is told",
        )
    ]


def test_a_customer_alone_has_the_share_of_their_own_silence() -> None:
    with DuckDBEngine() as engine:
        bought(engine, [("A", "2024-02-29", 5.0), ("A", "2026-02-01", 5.0)])
        told(engine, as_of=DAY)
        row = engine.rows(
            "select churn_probability, churn_method, days_since_last, value_at_risk from measure.churn"
        )
        assert row == [(1.0, "overdue bands", 702, 0)]


def test_where_all_bought_once_the_share_of_the_days_held_out_stands_in() -> None:
    with DuckDBEngine() as engine:
        bought(engine, [(f"c{i}", str(dt.date(2025, 1, 1) + dt.timedelta(i)), 10.0) for i in range(365)])
        told(engine, as_of=DAY)
        found = engine.rows(
            "select distinct churn_probability, churn_method, value_at_risk, is_overdue, is_worth_a_call from measure.churn"
        )
        notes = engine.scalar("select finding from measure.churn_notes")
    assert found == [(1.0, "overdue bands", 0, False, False)]
    assert "no model of purchases holds" in notes


def test_orders_after_the_day_and_refunds_larger_than_orders_leave_no_negative_risk() -> None:
    orders = random_orders(200, 11)
    orders += [
        ("고객1", "2026-01-30", -1e6),
        ("고객2", "2027-01-01", 1e6),
        ("refunds only", "2025-01-01", -5.0),
    ]
    with DuckDBEngine() as engine:
        bought(engine, orders)
        told(engine, as_of=DAY)
        assert engine.scalar("select min(value_at_risk) from measure.churn") >= 0
        assert (
            engine.scalar("select count(*) from measure.churn where churn_probability not between 0 and 1")
            == 0
        )
        assert engine.scalar("select min(days_since_last) from measure.churn") >= 0
        assert engine.scalar("select count(*) from measure.churn where customer_id = 'refunds only'") == 0


def test_the_steps_run_on_relations_without_rows() -> None:
    with DuckDBEngine() as engine:
        engine.make(
            "measure.clv_settings",
            "select 7 as unit_days, 365 as horizon_days, 0.1 as discount_rate, 90 as holdout_days, 'best' as model where false",
        )
        engine.make("measure.churn_settings", "select 90 as churn_days where false")
        engine.make(
            "measure.clv_model",
            "select '' as model, '' as parameter, 0.5 as value, 7 as unit_days, '' as period, true as is_chosen, true as has_converged"
            " where false",
        )
        engine.make(
            "measure.churn_counts",
            "select '' as period, 0 as repeat_purchases, 0 as last_repeat_days, 0 as observed_days, 0 as n_customers, 0 as n_quiet"
            " where false",
        )
        churn.find_chances(engine)
        assert engine.rows(f"select * from {churn.POINTS}") == []
        assert [column.name for column in engine.columns(churn.POINTS)] == list(churn.COLUMNS)
