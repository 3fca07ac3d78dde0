"""k-means without chance: the same points give the same clusters, and the silhouette says how many there are.

Points and centres are in scaled units, one row a point. Nothing here reads a database; sums are taken in the order of the rows,
so the caller fixes that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_ROUNDS = 200
"""Lloyd's rounds; on a few thousand points some tens are enough."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """A partition of points. ``labels`` are rows of ``centres``."""

    centres: Floats
    labels: Ints

    @property
    def k(self) -> int:
        """How many clusters."""
        return len(self.centres)

    @property
    def sizes(self) -> Ints:
        """Points of each cluster."""
        return np.bincount(self.labels, minlength=self.k).astype(np.int64)


def squares(points: Floats, centres: Floats) -> Floats:
    """Squared distance of every point to every centre, summed feature by feature so that no library reorders it."""
    total = np.zeros((len(points), len(centres)))
    for j in range(points.shape[1]):
        total += (points[:, j, None] - centres[None, :, j]) ** 2
    return total


def split(points: Floats, k: int) -> Floats:
    """Centres to start from: the widest cluster is cut at its mean along its widest feature, until there are ``k``.

    Su and Dy, In search of deterministic methods for initializing K-means and Gaussian mixture clustering (2007).
    """
    labels = np.zeros(len(points), dtype=np.int64)
    for new in range(1, k):
        spread = [points[labels == c].var(axis=0) * np.count_nonzero(labels == c) for c in range(new)]
        widest = int(np.argmax([one.sum() for one in spread]))
        feature = int(np.argmax(spread[widest]))
        values = points[:, feature]
        inside = labels == widest
        labels[inside & (values > values[inside].mean())] = new
    return _means(points, labels, k)


def lloyd(points: Floats, centres: Floats) -> Clusters:
    """Move centres to the mean of their points until no point changes; an empty cluster takes the point farthest off."""
    labels = np.full(len(points), -1, dtype=np.int64)
    for _ in range(MOST_ROUNDS):
        away = squares(points, centres)
        found = away.argmin(axis=1)
        for empty in np.flatnonzero(np.bincount(found, minlength=len(centres)) == 0):
            nearest = away[np.arange(len(points)), found]
            # Not the only point of another cluster: that one would be empty then.
            nearest[np.bincount(found, minlength=len(centres))[found] < 2] = -1
            found[int(nearest.argmax())] = empty
        if np.array_equal(found, labels):
            break
        labels = found
        centres = _means(points, labels, len(centres))
    return Clusters(centres, labels)


def _means(points: Floats, labels: Ints, k: int) -> Floats:
    return np.stack([points[labels == c].mean(axis=0) for c in range(k)])


def silhouette(points: Floats, labels: Ints) -> float:
    """Mean silhouette of points, from -1 to 1: how much nearer each is to its own cluster than to the next.

    Rousseeuw, Silhouettes: a graphical aid to the interpretation and validation of cluster analysis (1987). A point alone
    in its cluster counts 0. Memory and time grow with the square of the points.
    """
    known, labels = np.unique(labels, return_inverse=True)
    if len(known) < 2:
        return 0.0
    away = np.sqrt(squares(points, points))
    sizes = np.bincount(labels)
    sums = np.stack([away[:, labels == c].sum(axis=1) for c in range(len(known))], axis=1)
    rows = np.arange(len(points))
    own = sizes[labels]
    inside = sums[rows, labels] / np.maximum(own - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    outside = means.min(axis=1)
    widest = np.maximum(inside, outside)
    scores = np.where((own > 1) & (widest > 0), (outside - inside) / np.where(widest > 0, widest, 1.0), 0.0)
    return float(scores.mean())


def distinct(points: Floats) -> int:
    """How many different points there are: no more clusters can be told apart."""
    return len(np.unique(points, axis=0)) if len(points) else 0


def in_order(clusters: Clusters, keys: Any) -> Clusters:
    """The same clusters numbered by falling keys (a row a cluster), so that numbers do not depend on the search."""
    order = sorted(range(clusters.k), key=lambda c: tuple(-float(value) for value in keys[c]))
    place = np.empty(clusters.k, dtype=np.int64)
    place[order] = np.arange(clusters.k)
    return Clusters(clusters.centres[order], place[clusters.labels])
