"""Fit the models of purchases, and say what follows from them for every history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gristmill.measure.numeric import Floats, Peak, climb, legendre
from gristmill.measure.purchases import Counts, Model

COARSE = 48
"""Steps of time in the first, rough climb, which leaves little to do for the one over all histories."""
FEW = 3_000
"""Up to this many histories there is no rough climb."""
N_DISCOUNTS = 8
"""Moments of the horizon at which income is discounted."""
YEAR_DAYS = 365.0


@dataclass(frozen=True)
class Prediction:
    """What is expected of each history, one array element each."""

    alive: Floats | None
    """Chance that the customer still buys; None where no model says."""
    purchases: Floats
    """Expected in the horizon."""
    discounted: Floats
    """The same, each purchase weighed by what its income is worth today."""


def fit(model: Model, counts: Counts, few: Counts | None = None) -> Peak:
    """The parameters under which the purchases are most likely, in the unit of time of ``counts``.

    ``counts`` must hold a repeat purchase and an age above 0. Where no climb arrives, the best one is given back,
    with ``has_converged`` false. ``few`` is what ``rough`` made of the counts, where it is known already.
    """
    few = few or rough(counts)
    tries: list[Peak] = []
    for start in _starts(few, model):
        tries.append(climb(lambda p: model.slope(p, few), start))
        if tries[-1].has_converged:
            break
    best = max(tries, key=lambda peak: (peak.has_converged, peak.value))
    if few is counts or not best.has_converged:
        return best
    return climb(lambda p: model.slope(p, counts), best.parameters, best.curvature)


def _starts(counts: Counts, model: Model) -> list[Floats]:
    """Parameters to begin with, from the mean rate and age."""
    age = float(counts.n @ counts.age) / counts.n_customers
    pace = float(counts.n @ counts.x) / float(counts.n @ counts.age)
    last = [(1.0, 3.0), (0.3, 0.6), (3.0, 30.0)]
    if model.names[2] == "s":
        last = [(1.0, age), (0.3, age / 4), (3.0, 4 * age)]
    return [np.array([r, r / pace, *two]) for r, two in zip((0.5, 1.5, 0.2), last, strict=True)]


def rough(counts: Counts) -> Counts:
    """The histories with time in ``COARSE`` steps, each at the mean of what it holds; ``counts`` itself where they are few."""
    if len(counts.x) <= FEW:
        return counts
    step = float(counts.age.max()) / COARSE
    early, late = np.floor(counts.t_x / step), np.floor(counts.age / step)
    _, place = np.unique((counts.x * (COARSE + 1) + early) * (COARSE + 1) + late, return_inverse=True)
    n: Floats = np.bincount(place, counts.n).astype(np.float64)

    def mean(values: Floats) -> Floats:
        averaged: Floats = np.bincount(place, counts.n * values) / n
        return averaged

    t_x, age = mean(counts.t_x), mean(counts.age)
    return Counts(np.round(mean(counts.x)), t_x, np.maximum(age, t_x), n)


def predict(
    model: Model, p: Floats, counts: Counts, *, horizon: float, unit: float, rate: float
) -> Prediction:
    """What follows from a model: ``horizon`` and ``counts`` in units of ``unit`` days, ``rate`` of discount a year."""
    purchases = model.expected(p, counts, horizon)
    if rate == 0 or horizon == 0:
        return Prediction(model.alive(p, counts), purchases, purchases)
    total, worth = np.zeros(len(counts.x)), np.zeros(len(counts.x))
    for moment, weight in zip(*legendre(N_DISCOUNTS), strict=True):
        now = weight * model.rate(p, counts, horizon * moment)
        total += now
        worth += now * (1 + rate) ** (-horizon * moment * unit / YEAR_DAYS)
    # What the sum over few moments misses, it misses above and below the line alike.
    share = np.divide(worth, total, out=np.ones_like(total), where=total > 0)
    return Prediction(model.alive(p, counts), purchases, purchases * share)


def simple(counts: Counts, seen: Counts, *, horizon: float, unit: float, rate: float) -> Prediction:
    """The historical average of ``seen``: everybody buys at the mean rate of all customers, whoever they are.

    Nothing is expected where nobody was observed for a day or more.
    """
    observed = float(seen.n @ seen.age)
    each = float(seen.n @ seen.x) / observed * horizon if observed > 0 else 0.0
    years = horizon * unit / YEAR_DAYS
    growth = np.log1p(rate) * years
    share = -np.expm1(-growth) / growth if growth > 0 else 1.0
    purchases = np.full(len(counts.x), each)
    return Prediction(None, purchases, purchases * share)
