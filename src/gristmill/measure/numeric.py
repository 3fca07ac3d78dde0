"""The few special functions and the climb that likelihoods need, on whole arrays.

They are written here because nothing else of the project would use a scientific library.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Slope = Callable[[Floats], tuple[float, Floats]]
"""From parameters to a value and its gradient of the same shape."""

MOST_DIFFERENT = 1_000
MOST_STEPS = 60
ENOUGH = 1e-7
"""A climb ends when the next step would gain less than this in log-likelihood."""
BORDER = 1e5
"""A parameter above this, or below one part of it, has run to a border: the data do not say what it is."""


def log_gamma(values: Floats) -> Floats:
    """Ln Γ of each value; meant for the few hundred different counts, not for a row a customer."""
    return np.array([math.lgamma(v) for v in values.ravel()]).reshape(values.shape)


def digamma(values: Floats) -> Floats:
    """The derivative of ln Γ, for values above 0."""
    x = np.array(values, dtype=np.float64)
    below = np.zeros_like(x)
    for _ in range(10):  # the series is exact to 15 digits above 10
        small = x < 10
        below -= np.where(small, 1 / x, 0.0)
        x = np.where(small, x + 1, x)
    f = 1 / (x * x)
    tail = f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f * (1 / 132 - f * 691 / 32760)))))
    result: Floats = below + np.log(x) - 0.5 / x - tail
    return result


def different(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The different whole numbers among ``values``, perhaps with some between them, and where in them each value is."""
    if not len(values):
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    low, high = float(values.min()), float(values.max())
    if high - low > MOST_DIFFERENT:
        found, place = np.unique(values, return_inverse=True)
        return found, place.ravel()
    # Sorting takes longer than everything that is done with the result.
    return np.arange(low, high + 1), (values - low).astype(np.int64)


@cache
def legendre(n: int) -> tuple[Floats, Floats]:
    """Points and weights of Gauss-Legendre on 0 to 1; the weights add up to 1."""
    points, weights = np.polynomial.legendre.leggauss(n)
    return (points + 1) / 2, weights / 2


@lru_cache(maxsize=4096)
def beta_points(a: float, b: float, n: int) -> tuple[Floats, Floats]:
    """Points and weights that average a function over a Beta(a, b) distribution, by Golub and Welsch.

    The weights add up to 1; exact for polynomials of a degree below 2 n.
    """
    left, right = a - 1, b - 1
    k = np.arange(1, n, dtype=np.float64)
    total = 2 * k + left + right
    diagonal = np.empty(n)
    diagonal[0] = (left - right) / (left + right + 2)
    diagonal[1:] = (left**2 - right**2) / (total * (total + 2))
    beside = np.empty(n - 1)
    beside[:1] = 4 * (1 + left) * (1 + right) / ((2 + left + right) ** 2 * (3 + left + right))
    k, total = k[1:], total[1:]
    beside[1:] = (
        4 * k * (k + left) * (k + right) * (k + left + right) / (total**2 * (total + 1) * (total - 1))
    )
    off = np.sqrt(beside)
    points, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    # A point is a chance; rounding must not push it over the edge.
    return np.clip((points + 1) / 2, 1e-300, 1.0), vectors[0] ** 2


@dataclass(frozen=True)
class Peak:
    """Where a climb ended."""

    parameters: Floats
    value: float
    """Log-likelihood there."""
    errors: Floats
    """Standard error of each parameter, from the curvature; nan where it does not bend downwards."""
    curvature: Floats
    """Second derivatives by the logarithms of the parameters."""
    n_steps: int
    has_converged: bool
    """True when no step gains any more, the peak bends down on all sides, and no parameter ran to a border."""


def climb(slope: Slope, start: Floats, curvature: Floats | None = None) -> Peak:
    """Find the parameters above 0 where ``slope`` is highest, by damped Newton steps on their logarithms.

    ``curvature`` is a guess of the second derivatives that spares computing them; it is renewed where it does not do.
    """

    def at(place: Floats) -> tuple[float, Floats]:
        parameters = np.exp(place)
        value, gradient = slope(parameters)
        return value, gradient * parameters

    place = np.log(start)
    value, gradient = at(place)
    bend = bending(at, place, gradient) if curvature is None else curvature
    is_fresh, n_steps, gain = curvature is None, 0, math.inf
    while n_steps < MOST_STEPS:
        n_steps += 1
        step = uphill(bend, gradient)
        gain = float(step @ gradient) / 2
        if gain < ENOUGH:
            break
        moved = _along(at, place, step, value)
        if moved is None:
            if is_fresh:
                break
            bend, is_fresh = bending(at, place, gradient), True
            continue
        size = float(np.abs(gradient).max())
        place, value, gradient = moved
        is_fresh = False
        if np.abs(place).max() > math.log(BORDER):
            break
        # A guess of the curvature is kept as long as it brings the slope down fast.
        if float(np.abs(gradient).max()) > 0.1 * size:
            bend, is_fresh = bending(at, place, gradient), True
    if not is_fresh:
        bend = bending(at, place, gradient)
    parameters = np.exp(place)
    errors, bends_down = _errors(bend, gradient, parameters)
    inside = bool(np.abs(place).max() < math.log(BORDER))
    return Peak(parameters, value, errors, bend, n_steps, bool(bends_down and inside and gain < 1e-4))


def bending(at: Slope, place: Floats, gradient: Floats) -> Floats:
    """Second derivatives by differences of the gradient, which is known at ``place`` itself."""
    width = 1e-5
    rows = []
    for i in range(len(place)):
        aside = np.zeros_like(place)
        aside[i] = width
        rows.append((at(place + aside)[1] - gradient) / width)
    found = np.array(rows)
    return (found + found.T) / 2


def uphill(bend: Floats, gradient: Floats) -> Floats:
    """The Newton step, turned uphill in directions that bend upwards, and of a length that logarithms bear."""
    if not (np.isfinite(bend).all() and np.isfinite(gradient).all()):
        return np.zeros_like(gradient)
    sizes, directions = np.linalg.eigh(bend)
    least = 1e-9 * max(float(np.abs(sizes).max()), 1e-12)
    step: Floats = directions @ ((directions.T @ gradient) / np.maximum(np.abs(sizes), least))
    return step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))


def _along(at: Slope, place: Floats, step: Floats, value: float) -> tuple[Floats, float, Floats] | None:
    """The first of ever shorter steps that does not go down; None when even tiny ones do."""
    for halving in range(12):
        there = place + step / 2**halving
        new, gradient = at(there)
        if math.isfinite(new) and np.isfinite(gradient).all() and new >= value - 1e-13 * abs(value):
            return there, new, gradient
    return None


def _errors(bend: Floats, gradient: Floats, parameters: Floats) -> tuple[Floats, bool]:
    """Standard errors by the parameters themselves, and whether the peak bends down on all sides."""
    unknown = np.full(len(parameters), np.nan)
    if not np.isfinite(bend).all():
        return unknown, False
    # By the chain rule, the curvature by a parameter from that by its logarithm.
    natural = (bend - np.diag(gradient)) / np.outer(parameters, parameters)
    if np.linalg.eigvalsh(bend).max() >= 0:
        return unknown, False
    try:
        variance = np.diag(np.linalg.inv(-natural))
    except np.linalg.LinAlgError:
        return unknown, False
    return np.sqrt(np.where(variance > 0, variance, np.nan)), True
