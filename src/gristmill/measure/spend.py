"""How much customers spend on a purchase: the Gamma-Gamma model.

Each purchase varies around a mean of the customer's own, Gamma(p, nu), and customers differ in nu, Gamma(q, v). A
customer of few purchases is taken to be more like everybody than their own mean says. It takes for granted that how much
people spend says nothing about how often they buy, so their correlation is reported.

Fader, Hardie, The Gamma-Gamma Model of Monetary Value (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gristmill.measure.numeric import Floats, Peak, climb, different, digamma, log_gamma

NAMES = ("p", "q", "v")

COARSE = 20
"""Bands a factor of e in the first, rough climb, which leaves little to do for the one over all spends."""
FEW = 5_000
"""Up to this many different spends there is no rough climb."""


@dataclass(frozen=True)
class Spends:
    """Different (purchases, mean spend) and how many customers have each."""

    x: Floats
    """Repeat purchases of a known amount, 1 or more."""
    mean: Floats
    """Mean spend of these, above 0, in currency units."""
    n: Floats
    """Customers."""

    @property
    def n_customers(self) -> float:
        """All customers."""
        return float(self.n.sum())


def slope(params: Floats, spends: Spends) -> tuple[float, Floats]:
    """Log-likelihood of all customers, and its gradient by p, q and v."""
    p, q, v = params
    xs, place = different(spends.x)
    start = log_gamma(np.array([q]))[0]
    total = spends.x * spends.mean + v
    log_total, log_mean = np.log(total), np.log(spends.mean)
    value = (
        (log_gamma(p * xs + q) - log_gamma(p * xs) + p * xs * np.log(xs) - start)[place]
        + q * np.log(v)
        + (p * spends.x - 1) * log_mean
        - (p * spends.x + q) * log_total
    )
    both = digamma(p * xs + q)
    rows = np.array(
        [
            (xs * (both - digamma(p * xs) + np.log(xs)))[place] + spends.x * (log_mean - log_total),
            (both - digamma(np.array([q])))[place] + np.log(v) - log_total,
            q / v - (p * spends.x + q) / total,
        ]
    )
    return float(spends.n @ value), rows @ spends.n


def fit(spends: Spends) -> Peak:
    """The parameters under which the spends are most likely; v, its error and the log-likelihood in currency units."""
    # Won and euro differ by a thousand; around 1 the climb has the same way for both. The mean of the logarithms,
    # because where few customers spend nearly everything the mean is far from all of them.
    size = float(np.exp(spends.n @ np.log(spends.mean) / spends.n_customers))
    scaled = Spends(spends.x, spends.mean / size, spends.n)
    few = _rough(scaled) if len(scaled.x) > FEW else scaled
    peak = climb(lambda params: slope(params, few), np.array([2.0, 3.0, 1.0]))
    if few is not scaled:
        peak = climb(lambda params: slope(params, scaled), peak.parameters, peak.curvature)
    unit = np.array([1.0, 1.0, size])
    value = peak.value - spends.n_customers * float(np.log(size))
    return Peak(
        peak.parameters * unit, value, peak.errors * unit, peak.curvature, peak.n_steps, peak.has_converged
    )


def _rough(spends: Spends) -> Spends:
    """The spends in wide bands; each stands at the mean of what it holds."""
    band = np.floor(COARSE * np.log(spends.mean))
    band -= band.min()
    _, place = np.unique(spends.x * (band.max() + 1) + band, return_inverse=True)
    n: Floats = np.bincount(place, spends.n).astype(np.float64)
    x = np.round(np.bincount(place, spends.n * spends.x) / n)
    return Spends(x, np.bincount(place, spends.n * spends.mean) / n, n)


def expected(params: Floats, x: Floats, mean: Floats) -> Floats:
    """Expected spend a purchase of customers with ``x`` purchases of ``mean``; x = 0 gives everybody's mean.

    Only for q > 1: below, the mean of everybody does not exist.
    """
    p, q, v = params
    result: Floats = p * (v + x * mean) / (p * x + q - 1)
    return result


def correlation(spends: Spends) -> float | None:
    """Correlation of frequency and mean spend among customers, -1 to 1; None where either does not vary."""
    weight = spends.n / spends.n_customers
    x, m = spends.x - weight @ spends.x, spends.mean - weight @ spends.mean
    spread = float((weight @ (x * x)) * (weight @ (m * m)))
    return float(weight @ (x * m)) / spread**0.5 if spread > 0 else None
