"""How often customers buy and when they stop: three models of purchases, told apart by how a customer leaves.

All three say that a living customer buys at random at a rate of their own, Gamma(r, alpha) among customers, and that
nobody tells when they leave. In BG/NBD and MBG/NBD a customer may leave after each purchase, with a chance of
their own, Beta(a, b) among customers; in MBG/NBD after the first one too, in BG/NBD only after a repeated one. In Pareto/NBD
they leave at any moment, at a rate of their own, Gamma(s, beta).

A model sees of a customer x (repeat purchases), t_x (age at the last one) and T (age now), and so it is fitted on the
different (x, t_x, T) with the number of customers of each. Everything is summed in logarithms.

Fader, Hardie, Lee, "Counting your customers" the easy way (2005); Batislam, Denizel, Filiztekin, Empirical validation
and comparison of models for customer base analysis (2007); Schmittlein, Morrison, Colombo, Counting your customers (1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gristmill.measure.numeric import Floats, beta_points, different, digamma, legendre, log_gamma

CHUNK = 20_000
"""Rows that are looked at together, so that memory stays small however many there are."""
N_TIMES = 20
"""Points at which the moment of leaving is looked at; the integrals are exact to about 10 digits."""
N_CHANCES = 32
"""Points at which the chance of leaving is looked at."""
NEGLIGIBLE = 40.0
"""What is e^40 times less likely than the rest is left out of an integral."""


@dataclass(frozen=True)
class Counts:
    """The different histories and how many customers have each; one array element a history, times in one unit."""

    x: Floats
    """Repeat purchases; days of purchase after the first."""
    t_x: Floats
    """Age at the last purchase, 0 without a repeat purchase."""
    age: Floats
    """Age at the end of observation (T)."""
    n: Floats
    """Customers."""

    @property
    def n_customers(self) -> float:
        """All customers."""
        return float(self.n.sum())

    def only(self, rows: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Counts:
        """Some of the rows."""
        return Counts(self.x[rows], self.t_x[rows], self.age[rows], self.n[rows])

    def chunks(self) -> list[Counts]:
        """The rows in parts of ``CHUNK``; one empty part of none."""
        return [self.only(slice(i, i + CHUNK)) for i in range(0, max(len(self.x), 1), CHUNK)]


class Model(Protocol):
    """A model of purchases. ``p`` are its parameters in the order of ``names``."""

    name: str
    names: tuple[str, ...]

    def slope(self, p: Floats, counts: Counts) -> tuple[float, Floats]:
        """Log-likelihood of all customers, and its gradient by the parameters."""

    def alive(self, p: Floats, counts: Counts) -> Floats:
        """Chance that a customer has not left at the end of observation, one a row."""

    def expected(self, p: Floats, counts: Counts, span: float) -> Floats:
        """Purchases expected in the next ``span`` units of time, one a row."""

    def rate(self, p: Floats, counts: Counts, later: float) -> Floats:
        """Purchases expected in a unit of time, ``later`` units after the end of observation, one a row."""

    def buys(self, p: Floats, counts: Counts, span: float) -> Floats:
        """Chance of a purchase or more in the next ``span`` units of time, one a row."""


class _BetaGeometric:
    """What BG/NBD and MBG/NBD share; ``first`` is 1 when customers may leave after the first purchase."""

    names: tuple[str, ...] = ("r", "alpha", "a", "b")

    def __init__(self, name: str, first: int) -> None:
        self.name = name
        self._first = first

    def slope(self, p: Floats, counts: Counts) -> tuple[float, Floats]:
        value, gradient = 0.0, np.zeros(4)
        for part in counts.chunks():
            one, towards = self._slope(p, part)
            value, gradient = value + one, gradient + towards
        return value, gradient

    def _parts(self, p: Floats, c: Counts) -> tuple[Floats, NDArray[np.int64], Floats, Floats]:
        """Different x, where each row has its own, and the logarithms of living and of having left, without the constant."""
        r, alpha, a, b = p
        xs, place = different(c.x)
        stays = xs + self._first
        both = log_gamma(a + b + stays)
        living = (log_gamma(b + stays) - both)[place] - (r + c.x) * np.log(alpha + c.age)
        # Who never bought again cannot have left in BG/NBD; b + stays - 1 may then be 0 or less, and is not used.
        may = stays > 0
        rest = np.where(may, b + stays - 1, 1.0)
        gone = np.where(may, np.log(a) + log_gamma(rest) - both, -np.inf)[place]
        return xs, place, living, gone - (r + c.x) * np.log(alpha + c.t_x)

    def _slope(self, p: Floats, c: Counts) -> tuple[float, Floats]:
        r, alpha, a, b = p
        if not len(c.x):
            return 0.0, np.zeros(4)
        xs, place, living, gone = self._parts(p, c)
        stays = xs + self._first
        start = log_gamma(np.array([a + b, b, r]))
        constant = (log_gamma(r + xs) - start[2] + r * np.log(alpha) + start[0] - start[1])[place]
        together = np.logaddexp(living, gone)
        live = np.exp(living - together)
        left = 1 - live
        psi = digamma(np.array([a + b, b, r]))
        both = digamma(a + b + stays)
        rest = np.where(stays > 0, b + stays - 1, 1.0)
        wait = live * np.log(alpha + c.age) + left * np.log(alpha + c.t_x)
        pace = live / (alpha + c.age) + left / (alpha + c.t_x)
        rows = np.array(
            [
                (digamma(r + xs) - psi[2])[place] + np.log(alpha) - wait,
                r / alpha - (r + c.x) * pace,
                psi[0] - both[place] + left / a,
                psi[0]
                - psi[1]
                - both[place]
                + live * digamma(b + stays)[place]
                + left * digamma(rest)[place],
            ]
        )
        return float(c.n @ (constant + together)), rows @ c.n

    def alive(self, p: Floats, counts: Counts) -> Floats:
        _, _, living, gone = self._parts(p, counts)
        chance: Floats = np.exp(living - np.logaddexp(living, gone))
        return chance

    def expected(self, p: Floats, counts: Counts, span: float) -> Floats:
        def until(chance: Floats, shape: Floats, age: Floats) -> Floats:
            return -np.expm1(-shape * np.log1p(chance * span / age)) / chance

        return self._average(p, counts, until)

    def rate(self, p: Floats, counts: Counts, later: float) -> Floats:
        def then(chance: Floats, shape: Floats, age: Floats) -> Floats:
            return shape / age * np.exp(-(shape + 1) * np.log1p(chance * later / age))

        return self._average(p, counts, then)

    def buys(self, p: Floats, counts: Counts, span: float) -> Floats:
        # Customers leave after a purchase only, so that who is there now stays until the next one.
        r, alpha = p[:2]
        waits = -np.expm1(-(r + counts.x) * np.log1p(span / (alpha + counts.age)))
        chance: Floats = waits * self.alive(p, counts)
        return chance

    def _average(self, p: Floats, counts: Counts, of: _OfChance) -> Floats:
        """``of`` averaged over the chances of leaving of customers who are still there, times the chance that they are.

        A sum over points instead of the hypergeometric function, which has no value at a = 1 and overflows for large x.
        """
        r, alpha, a, b = p
        result = np.empty(len(counts.x))
        for x in np.unique(counts.x):
            rows = np.flatnonzero(counts.x == x)
            chances, weights = beta_points(float(a), float(b + x + self._first), N_CHANCES)
            ages = alpha + counts.age[rows]
            result[rows] = 0.0
            for chance, weight in zip(chances, weights, strict=True):
                result[rows] += weight * of(chance, r + x, ages)
        return result * self.alive(p, counts)


class _OfChance(Protocol):
    def __call__(self, chance: Floats, shape: Floats, age: Floats) -> Floats:
        """A function of the chance to leave, r + x, and alpha + T."""


class _Pareto:
    """Pareto/NBD. The moment of leaving is summed over; the closed form is a difference of two nearly equal numbers."""

    name = "pareto_nbd"
    names: tuple[str, ...] = ("r", "alpha", "s", "beta")

    def slope(self, p: Floats, counts: Counts) -> tuple[float, Floats]:
        value, gradient = 0.0, np.zeros(4)
        for part in counts.chunks():
            one, towards = self._slope(p, part)
            value, gradient = value + one, gradient + towards
        return value, gradient

    def _leaving(self, p: Floats, c: Counts) -> tuple[Floats, Floats, Floats]:
        """Logarithms of living on to T, and of leaving at points between t_x and T, with these points.

        The points are even in the logarithm of the smaller of alpha and beta plus time, in which both fall steadily.
        Shapes (rows,), (rows, points), (rows, points).
        """
        r, alpha, s, beta = p
        least = min(alpha, beta)
        shape = (r + c.x)[:, None]
        begin = least + c.t_x
        falls = (r + c.x) * begin / (alpha + c.t_x) + (s + 1) * begin / (beta + c.t_x) - 1
        width = np.minimum(np.log((least + c.age) / begin), NEGLIGIBLE / np.maximum(falls, 1e-9))
        points, weights = legendre(N_TIMES)
        times = begin[:, None] * np.exp(width[:, None] * points)
        moments = times - least
        with np.errstate(divide="ignore"):  # nobody can have left at T = t_x
            leaving = (
                np.log(s)
                - shape * np.log(alpha + moments)
                - (s + 1) * np.log(beta + moments)
                + np.log(times * weights)
                + np.log(width)[:, None]
            )
        living = -(r + c.x) * np.log(alpha + c.age) - s * np.log(beta + c.age)
        return living, leaving, moments

    def _slope(self, p: Floats, c: Counts) -> tuple[float, Floats]:
        r, alpha, s, beta = p
        if not len(c.x):
            return 0.0, np.zeros(4)
        living, leaving, moments = self._leaving(p, c)
        most = np.maximum(living, leaving.max(axis=1))
        together = most + np.log(np.exp(living - most) + np.exp(leaving - most[:, None]).sum(axis=1))
        live = np.exp(living - together)
        left = np.exp(leaving - together[:, None])
        gone = left.sum(axis=1)
        xs, place = different(c.x)
        constant = (
            (log_gamma(r + xs) - log_gamma(np.array([r])))[place] + r * np.log(alpha) + s * np.log(beta)
        )
        after = (left / (beta + moments)).sum(axis=1)
        rows = np.array(
            [
                (digamma(r + xs) - digamma(np.array([r])))[place]
                + np.log(alpha)
                - live * np.log(alpha + c.age)
                - (left * np.log(alpha + moments)).sum(axis=1),
                r / alpha - (r + c.x) * (live / (alpha + c.age) + (left / (alpha + moments)).sum(axis=1)),
                np.log(beta)
                + gone / s
                - live * np.log(beta + c.age)
                - (left * np.log(beta + moments)).sum(axis=1),
                s / beta - s * (live / (beta + c.age) + after) - after,
            ]
        )
        return float(c.n @ (constant + together)), rows @ c.n

    def alive(self, p: Floats, counts: Counts) -> Floats:
        chances = []
        for part in counts.chunks():
            living, leaving, _ = self._leaving(p, part)
            most = np.maximum(living, leaving.max(axis=1, initial=-np.inf))
            still = np.exp(living - most)
            chances.append(still / (still + np.exp(leaving - most[:, None]).sum(axis=1)))
        return np.concatenate(chances)

    def expected(self, p: Floats, counts: Counts, span: float) -> Floats:
        r, alpha, s, beta = p
        ages = beta + counts.age
        spent = np.log1p(span / ages)
        # (1 - e^(-(s - 1) spent)) / (s - 1), which is spent itself at s = 1.
        share = spent if abs(s - 1) < 1e-9 else -np.expm1(-(s - 1) * spent) / (s - 1)
        bought: Floats = (r + counts.x) / (alpha + counts.age) * ages * share * self.alive(p, counts)
        return bought

    def rate(self, p: Floats, counts: Counts, later: float) -> Floats:
        r, alpha, s, beta = p
        stays = np.exp(-s * np.log1p(later / (beta + counts.age)))
        pace: Floats = (r + counts.x) / (alpha + counts.age) * stays * self.alive(p, counts)
        return pace

    def buys(self, p: Floats, counts: Counts, span: float) -> Floats:
        # Nothing until then is the same history, seen for longer.
        longer = Counts(counts.x, counts.t_x, counts.age + span, counts.n)
        chance: Floats = -np.expm1(np.minimum(self._together(p, longer) - self._together(p, counts), 0.0))
        return chance

    def _together(self, p: Floats, counts: Counts) -> Floats:
        """Logarithms of living on and of having left together, one a row."""
        sums = []
        for part in counts.chunks():
            living, leaving, _ = self._leaving(p, part)
            most = np.maximum(living, leaving.max(axis=1, initial=-np.inf))
            sums.append(most + np.log(np.exp(living - most) + np.exp(leaving - most[:, None]).sum(axis=1)))
        return np.concatenate(sums)


BG_NBD: Model = _BetaGeometric("bg_nbd", 0)
MBG_NBD: Model = _BetaGeometric("mbg_nbd", 1)
PARETO_NBD: Model = _Pareto()
MODELS: tuple[Model, ...] = (BG_NBD, MBG_NBD, PARETO_NBD)
