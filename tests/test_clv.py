"""Customer value against figures that others published, and on data that bear no model."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from measuring import VALUE, bought, mill

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import ParameterError
from gristmill.measure import clv
from gristmill.measure.purchases import BG_NBD, PARETO_NBD, Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CDNOW = Path(__file__).parent / "data" / "cdnow" / "orders.txt.gz"
DAY = dt.date(2026, 1, 31)


def valued(engine: DuckDBEngine, **params: Any) -> None:
    """Everything about customer value, as the stage makes it."""
    mill(engine, VALUE, **params)
    clv.value_customers(engine)
    mill(engine, ("measure/clv",), **params)


def notes(engine: DuckDBEngine, part: str) -> str:
    return " / ".join(
        f"{level} {method}: {finding}"
        for level, method, finding in engine.rows(
            "select level, method, finding from measure.clv_notes where part = $part", {"part": part}
        )
    )


def history(x: float, t_x: float, age: float) -> Counts:
    return Counts(*(np.array([float(v)]) for v in (x, t_x, age, 1)))


@pytest.fixture(scope="module")
def cdnow() -> Iterator[DuckDBEngine]:
    """The published sample with its 39 weeks of calibration, and a model tried on the 39 weeks after them."""
    with DuckDBEngine() as engine:
        engine.make(
            "unify.orders",
            f"""select cast(row_number() over () as varchar) as order_id, part[2] as customer_id,
                  cast(strptime(part[3], '%Y%m%d') as timestamp) as ordered_at, 'completed' as status,
                  cast(part[5] as decimal(18, 4)) as amount, cast(null as varchar) as currency
                from (select string_split_regex(trim(line), ' +') as part from read_csv('{CDNOW}',
                      header = false, delim = '|', columns = {{'line': 'varchar'}}))""",
        )
        valued(engine, as_of=dt.date(1997, 9, 30), clv_holdout_days=0)
        yield engine


def model(engine: DuckDBEngine, name: str, what: str = "value") -> list[float]:
    rows = engine.rows(
        f"select {what} from measure.clv_model where model = $name and period = 'all'", {"name": name}
    )
    return [row[0] for row in rows]


def test_histories_of_cdnow_are_the_published_ones(cdnow: DuckDBEngine) -> None:
    found = cdnow.rows(
        "select repeat_purchases, round(last_repeat_days / 7, 2), round(observed_days / 7, 2), mean_repeat_spend"
        " from measure.clv_customers where customer_id in ('0001', '0002') order by customer_id"
    )
    assert [tuple(map(float, row)) for row in found] == [(2, 30.43, 38.86, 22.345), (1, 1.71, 38.86, 11.77)]
    assert cdnow.scalar("select count(*) from measure.clv_customers") == 2357


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("bg_nbd", [0.243, 4.414, 0.793, 2.426]),
        ("mbg_nbd", [0.525, 6.183, 0.891, 1.614]),
        ("pareto_nbd", [0.553, 10.578, 0.606, 11.669]),
    ],
)
def test_parameters_on_cdnow_are_the_published_ones(
    cdnow: DuckDBEngine, name: str, published: list[float]
) -> None:
    assert model(cdnow, name) == pytest.approx(published, abs=0.0006)
    assert all(model(cdnow, name, "has_converged"))


def test_log_likelihood_and_errors_on_cdnow_are_the_published_ones(cdnow: DuckDBEngine) -> None:
    assert set(model(cdnow, "bg_nbd", "round(log_likelihood, 1)")) == {-9582.4}
    assert model(cdnow, "bg_nbd", "standard_error") == pytest.approx(
        [0.0126, 0.378, 0.186, 0.705], abs=0.0005
    )
    assert set(model(cdnow, "pareto_nbd", "round(log_likelihood, 1)")) == {-9595.0}


def test_spend_on_cdnow_is_the_published_one(cdnow: DuckDBEngine) -> None:
    assert model(cdnow, "gamma_gamma") == pytest.approx([6.25, 3.74, 15.44], abs=0.006)
    assert set(model(cdnow, "gamma_gamma", "n_customers")) == {946}
    found = cdnow.rows("select expected_spend from measure.clv order by customer_id limit 10")
    first_ten = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert [float(row[0]) for row in found] == pytest.approx(first_ten, abs=0.006)


def test_expectations_are_the_published_ones(cdnow: DuckDBEngine) -> None:
    bg = np.array(model(cdnow, "bg_nbd"))
    assert BG_NBD.expected(bg, history(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=0.0005)
    new = [BG_NBD.expected(bg, history(0, 0, 0), t)[0] for t in (1 / 7, 1, 3, 31.8571, 32, 78)]
    assert new == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576], abs=0.0005)
    pareto = np.array([0.5534, 10.578, 0.6061, 11.6689])
    assert PARETO_NBD.expected(pareto, history(26, 30.86, 31), 52)[0] == pytest.approx(25.46, abs=0.01)
    assert PARETO_NBD.alive(pareto, history(26, 30.86, 31))[0] == pytest.approx(0.9979, abs=0.0001)


def test_the_holdout_of_cdnow_is_counted_and_set_beside_what_was_expected(cdnow: DuckDBEngine) -> None:
    with DuckDBEngine() as engine:
        engine.register("orders", cdnow.fetch("select * from unify.orders"))
        engine.make("unify.orders", "select * from orders")
        valued(engine, as_of=dt.date(1998, 6, 30), clv_holdout_days=273, clv_model="bg_nbd")
        found = {
            label: (n, expected, actual)
            for label, n, expected, actual in engine.rows(
                "select frequency, n_customers, expected_purchases, actual_purchases"
                " from measure.clv_calibration where is_chosen"
            )
        }
        total = found.pop("all")
        assert total[0] == 2357
        assert total[2] == 1882
        assert total[1] == pytest.approx(1653.4, abs=0.1)
        assert [sum(column) for column in zip(*found.values(), strict=True)] == pytest.approx(list(total))
        assert "1,653.4 purchases were expected in 273 days, 1,882 came" in notes(engine, "holdout")
        simple = engine.scalar(
            "select expected_purchases from measure.clv_calibration"
            " where model = 'historical average' and frequency = 'all'"
        )
        assert abs(simple - 1882) > 4 * abs(total[1] - 1882)


def spread(n: int, days: int) -> list[tuple[str, str, float | None]]:
    """``n`` customers who bought on ``days`` days each, all alike."""
    return [
        (f"c{i}", str(dt.date(2025, 1, 1) + dt.timedelta(30 * k)), 10.0)
        for i in range(n)
        for k in range(days)
    ]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "nobody bought"),
        ([("A", "2025-01-01", 10.0)], "none of 1 customers bought on a second day"),
        ([("A", "2025-01-01", 10.0), ("A", "2025-02-01", 10.0)], "only 1 of 1 customers"),
        ([("A", "2026-01-31", 10.0), ("B", "2026-01-31", -5.0)], "none of 1 customers"),
        (spread(60, 1), "none of 60 customers"),
    ],
)
def test_what_bears_no_model_gets_a_named_simple_estimate_and_the_reason(
    rows: list[tuple[str, str, float | None]], reason: str
) -> None:
    with DuckDBEngine() as engine:
        bought(engine, rows)
        valued(engine, as_of=DAY)
        assert f"warning historical average: {reason}" in notes(engine, "purchases")
        assert "a model needs 30" in notes(engine, "spend")
        found = engine.rows(
            "select distinct purchase_method, spend_method, probability_alive from measure.clv"
        )
        assert found == ([("historical average", "historical average", None)] if rows else [])


def test_one_customer_is_worth_the_mean_rate_times_the_mean_spend() -> None:
    with DuckDBEngine() as engine:
        bought(engine, [("A", "2026-01-01", 10.0), ("A", "2026-01-11", 30.0)])
        valued(engine, as_of=DAY, clv_horizon_days=60, clv_discount_rate=0.0)
        found = engine.rows("select expected_purchases, expected_spend, clv from measure.clv")
        assert [float(v) for v in found[0]] == pytest.approx([2, 20, 40])


@pytest.mark.parametrize("days", [2, 6])
def test_identical_customers_are_told_apart_by_no_model(days: int) -> None:
    with DuckDBEngine() as engine:
        bought(engine, spread(50, days))
        valued(engine, as_of=DAY)
        assert "ran to a border" in notes(engine, "purchases") + notes(engine, "spend")
        n, least, most = engine.rows("select count(*), min(clv), max(clv) from measure.clv")[0]
        assert n == 50
        assert 0 <= least == most


def test_a_model_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    with DuckDBEngine() as engine:
        bought(engine, [])
        with pytest.raises(ParameterError, match="pareto_nbd"):
            valued(engine, as_of=DAY, clv_model="pareto_nbt")


def test_spend_whose_mean_does_not_exist_is_said_and_not_used() -> None:
    rng = np.random.default_rng(3)
    rows: list[tuple[str, str, float | None]] = []
    for i in range(600):
        size = 5 / rng.gamma(0.5)  # q = 0.5: a few customers have nearly all of the money
        for k in range(2 + i % 6):
            day = dt.date(2025, 1, 1 + i % 28) + dt.timedelta(days=20 * k)
            rows.append((f"c{i}", str(day), round(size * rng.gamma(5), 2) + 0.01))
    with DuckDBEngine() as engine:
        bought(engine, rows)
        valued(engine, as_of=DAY)
        assert "at 1 and below the mean spend of all customers does not exist" in notes(engine, "spend")
        assert (
            engine.scalar("select count(*) from measure.clv where spend_method <> 'historical average'") == 0
        )


def test_other_currencies_refunds_and_later_orders_change_nobody_elses_value(cdnow: DuckDBEngine) -> None:
    with DuckDBEngine() as engine:
        engine.register("orders", cdnow.fetch("select * from unify.orders"))
        extra = (
            "('k1', 'KRW', timestamp '1997-02-01', 'completed', 5000000, 'KRW'),"
            "('k2', 'late', timestamp '1997-10-01', 'completed', 50, null),"
            "('k3', 'refunds', timestamp '1997-09-01', 'cancelled', -50, null)"
        )
        engine.make("unify.orders", f"select * from orders union all select * from (values {extra})")
        valued(engine, as_of=dt.date(1997, 9, 30), clv_holdout_days=0)
        order = "select * from measure.clv order by customer_id"
        assert engine.rows(order) == cdnow.rows(order)


def test_the_same_data_give_the_same_relations(cdnow: DuckDBEngine) -> None:
    names = ("clv_model", "clv_points", "clv_notes")
    before = [cdnow.rows(f"select * from measure.{name}") for name in names]
    clv.value_customers(cdnow)
    assert [cdnow.rows(f"select * from measure.{name}") for name in names] == before
