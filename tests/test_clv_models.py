"""Models of purchases and spend against integrals, simulated customers, and what must hold whatever the numbers."""

from __future__ import annotations

from math import gamma
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gristmill.measure import spend
from gristmill.measure.fitting import fit, predict
from gristmill.measure.numeric import beta_points, digamma, legendre
from gristmill.measure.purchases import BG_NBD, MBG_NBD, MODELS, PARETO_NBD, Counts, Model

BG = np.array([0.243, 4.414, 0.793, 2.426])


def history(x: float, t_x: float, age: float) -> Counts:
    return Counts(*(np.array([float(v)]) for v in (x, t_x, age, 1)))


histories = st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0, 400)).map(
    lambda h: (h[0], h[1] * h[2] if h[0] else 0.0, h[2])
)
any_parameters = st.tuples(*[st.floats(0.05, 20)] * 4).map(np.array)
any_model = st.sampled_from(MODELS)


@settings(max_examples=80, deadline=None)
@given(any_model, any_parameters, histories)
def test_the_chance_to_be_alive_is_a_chance_and_falls_with_time_since_the_last_purchase(
    one: Model, p: np.ndarray, h: tuple[int, float, float]
) -> None:
    x, t_x, age = h
    now, later = (one.alive(p, history(x, t_x, t))[0] for t in (age, age + 5))
    assert 0 <= later <= now + 1e-9 <= 1 + 2e-9
    if x and 1e-9 < now < 1 - 1e-9:
        assert later < now


@settings(max_examples=80, deadline=None)
@given(any_model, any_parameters, histories, st.floats(0.01, 200))
def test_expected_purchases_grow_with_the_horizon_and_are_the_sum_of_their_rate(
    one: Model, p: np.ndarray, h: tuple[int, float, float], span: float
) -> None:
    c = history(*h)
    less, more = (one.expected(p, c, t)[0] for t in (span, 1.5 * span))
    assert 0 <= less <= more
    # Rates fall at first as fast as 1 / (alpha + T), so that short spans are summed.
    short = min(span, float(p[1]) / 4)
    summed = sum(w * one.rate(p, c, short * u)[0] for u, w in zip(*legendre(24), strict=True)) * short
    assert one.expected(p, c, short)[0] == pytest.approx(summed, rel=1e-4, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    any_model,
    any_parameters,
    st.lists(st.tuples(histories, st.integers(1, 9)), min_size=1, max_size=8),
    st.randoms(),
)
def test_the_likelihood_is_the_same_in_any_order_and_counts_are_rows(
    one: Model, p: np.ndarray, rows: list[tuple[tuple[int, float, float], int]], chance: Any
) -> None:
    def likelihood(found: list[tuple[int, float, float, int]]) -> float:
        return one.slope(p, Counts(*np.array(found, dtype=float).T))[0]

    counted = [(*h, n) for h, n in rows]
    expanded = [(*h, 1) for h, n in rows for _ in range(n)]
    chance.shuffle(expanded)
    assert likelihood(counted) == pytest.approx(likelihood(expanded), rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(any_model, any_parameters, histories)
def test_the_gradient_is_that_of_the_likelihood(
    one: Model, p: np.ndarray, h: tuple[int, float, float]
) -> None:
    c = history(*h)
    gradient = one.slope(p, c)[1]
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-5 * p[i]
        near = (one.slope(p + step, c)[0] - one.slope(p - step, c)[0]) / (2 * step[i])
        assert gradient[i] == pytest.approx(near, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    ("x", "t_x", "age"), [(0, 0.0, 30.0), (3, 20.0, 30.0), (40, 28.0, 200.0), (2, 0.3, 0.3)]
)
def test_the_likelihood_of_pareto_nbd_is_its_integral(x: int, t_x: float, age: float) -> None:
    r, alpha, s, beta = 0.6, 9.0, 0.5, 13.0
    points, weights = legendre(400)

    def rates(shape: float, scale: float) -> tuple[np.ndarray, np.ndarray]:
        # rate = e^u, over all that a Gamma(shape) of this scale can be
        low, high = np.log(1e-14) / min(shape, 1) - 3, np.log(60.0)
        u = low + (high - low) * points
        logs = shape * u - np.exp(u)
        return np.exp(u) / scale, np.exp(logs) * weights * (high - low)

    buys, of_buys = rates(r, alpha)
    leaves, of_leaves = rates(s, beta)
    total = buys[:, None] + leaves
    chance = (
        buys[:, None] ** x * (leaves * np.exp(-total * t_x) + buys[:, None] * np.exp(-total * age)) / total
    )
    direct = np.log(of_buys @ chance @ of_leaves / gamma(r) / gamma(s))
    ours = PARETO_NBD.slope(np.array([r, alpha, s, beta]), history(x, t_x, age))[0]
    assert ours == pytest.approx(direct, abs=1e-6)


def drawn(n: int, p: tuple[float, ...], seed: int, *, first: bool) -> tuple[Counts, np.ndarray]:
    """Customers simulated as (M)BG/NBD says, in weeks: what is seen of them in up to 52, and purchases in the 26 after."""
    rng = np.random.default_rng(seed)
    rate, leaves = rng.gamma(p[0], 1 / p[1], n), rng.beta(p[2], p[3], n)
    age = rng.integers(26, 53, n).astype(float)
    x, t_x, later, now = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    alive = rng.random(n) >= leaves if first else np.ones(n, dtype=bool)
    while alive.any():
        now = np.where(alive, now + rng.exponential(1 / rate), now)
        alive &= now <= age + 26
        seen = alive & (now <= age)
        x, t_x, later = x + seen, np.where(seen, now, t_x), later + (alive & (now > age))
        alive &= rng.random(n) >= leaves
    return Counts(x, t_x, age, np.ones(n)), later


@pytest.mark.parametrize(("one", "first"), [(BG_NBD, False), (MBG_NBD, True)])
def test_known_parameters_are_found_again_and_what_is_expected_comes(one: Model, first: bool) -> None:
    truth = np.array([0.8, 6.0, 0.9, 2.5])
    counts, later = drawn(20_000, tuple(truth), 11, first=first)
    peak = fit(one, counts)
    assert peak.has_converged
    assert (np.abs(peak.parameters - truth) < 4 * peak.errors).all()
    assert float(one.expected(truth, counts, 26).sum()) == pytest.approx(later.sum(), rel=0.03)
    for some in (counts.x == 0, counts.x == 1, counts.x >= 5):
        hoped = one.expected(peak.parameters, counts.only(some), 26).sum()
        assert hoped == pytest.approx(later[some].sum(), rel=0.08)


def test_known_parameters_of_pareto_nbd_are_found_again() -> None:
    truth = np.array([0.8, 6.0, 0.7, 9.0])
    rng = np.random.default_rng(5)
    n = 6_000
    rate, stays = rng.gamma(0.8, 1 / 6, n), rng.exponential(1 / np.maximum(rng.gamma(0.7, 1 / 9, n), 1e-12))
    age = rng.integers(30, 60, n).astype(float)
    window = np.minimum(stays, age)
    x = rng.poisson(rate * window).astype(float)
    t_x = np.where(x > 0, window * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0)
    peak = fit(PARETO_NBD, Counts(x, t_x, age, np.ones(n)))
    assert peak.has_converged
    assert (np.abs(peak.parameters - truth) < 4 * peak.errors).all()


def test_large_histories_overflow_nothing() -> None:
    c = Counts(
        *(np.array(v, dtype=float) for v in ([5000, 1, 0], [3000, 2999, 0], [3001, 3000, 3000], [1, 1, 1]))
    )
    for one in MODELS:
        for p in (BG, np.array([20.0, 0.01, 0.01, 50.0]), np.array([1.0, 1.0, 1.0, 1.0])):
            value, gradient = one.slope(p, c)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()
            assert np.isfinite(predict(one, p, c, horizon=52, unit=7, rate=0.1).discounted).all()


def test_discounting_lowers_value_and_a_rate_of_nothing_does_not() -> None:
    c = history(3, 20, 30)
    plain = predict(BG_NBD, BG, c, horizon=52, unit=7, rate=0.0)
    cut = predict(BG_NBD, BG, c, horizon=52, unit=7, rate=0.1)
    assert plain.discounted[0] == plain.purchases[0] == cut.purchases[0]
    assert plain.purchases[0] / 1.1 < cut.discounted[0] < plain.purchases[0]


def test_points_and_digamma_are_exact() -> None:
    assert digamma(np.array([1.0, 0.5, 100.0])) == pytest.approx(
        [-0.5772156649015329, -1.9635100260214235, 4.600161852738087], abs=1e-13
    )
    for a, b in ((0.793, 2.426), (1.0, 1.0), (0.01, 300.0)):
        points, weights = beta_points(a, b, 24)
        assert weights @ points == pytest.approx(a / (a + b))
        assert weights @ points**2 == pytest.approx(a * (a + 1) / (a + b) / (a + b + 1))


def test_spend_in_another_unit_is_the_same_model() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 9, 500).astype(float)
    mean = rng.gamma(6 * x, 1 / (x * rng.gamma(4, 1 / 15.0, 500)))
    small = spend.fit(spend.Spends(x, mean, np.ones(500)))
    large = spend.fit(spend.Spends(x, 1400 * mean, np.ones(500)))
    assert large.parameters == pytest.approx(small.parameters * [1, 1, 1400], rel=1e-6)
    assert large.value == pytest.approx(small.value - 500 * np.log(1400))
    assert small.value == pytest.approx(spend.slope(small.parameters, spend.Spends(x, mean, np.ones(500)))[0])
