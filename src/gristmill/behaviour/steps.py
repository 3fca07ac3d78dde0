"""The two steps of clusters by behaviour: bring over the centres of the run before, and find those of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gristmill import carried
from gristmill.behaviour import kmeans, naming
from gristmill.behaviour.kmeans import Clusters, Floats
from gristmill.engine import Engine, quote, write_rows

SETTINGS, CATEGORIES, SAMPLE = (
    "segment.behaviour_settings",
    "segment.behaviour_categories",
    "segment.behaviour_sample",
)
CENTRES, CHOICE, BEFORE = (
    "segment.behaviour_centres",
    "segment.behaviour_choice",
    "segment.behaviour_centres_before",
)
READS = (SETTINGS, CATEGORIES, SAMPLE, BEFORE)

SHAPES: dict[str, dict[str, str]] = {
    CENTRES: {
        "cluster": "integer",
        "segment": "varchar",
        "feature": "varchar",
        "category": "varchar",
        "centre": "double",
        "weight": "double",
        "mean": "double",
        "n_sample": "bigint",
        "is_kept": "boolean",
    },
    CHOICE: {
        "k": "integer",
        "silhouette": "double",
        "smallest_share": "double",
        "spread": "double",
        "n_sample": "bigint",
        "is_from_before": "boolean",
        "is_chosen": "boolean",
        "reason": "varchar",
    },
}
"""Columns of what is made. ``centre`` and ``mean`` (of all buyers) are in the units of the features, ``weight`` is what a unit
counts in a distance; ``spread`` is the mean squared distance to the centre."""
KINDS = dict.fromkeys(("segment", "feature", "category", "reason"), "none")
"""pii kinds of the text columns."""

RFM = ("recency", "frequency", "monetary")
LEAST_CUSTOMERS = 30
"""Fewer buyers are one cluster."""
LEAST_SHARE = 0.02
"""A cluster of a smaller share of the sample is a handful of odd customers, not a kind of them."""
ENOUGH = 0.02
"""Another number of clusters has to have a silhouette better by this much than the number of the run before."""
STILL = 0.5
"""A centre that moved less than this many standard deviations keeps its name."""
MOST_COMPARED = 1500
"""Points of which the silhouette is taken: it compares each with each."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The features of some customers, and how they are scaled: ``points`` = ``values`` * ``weights``."""

    values: Floats
    weights: Floats
    categories: tuple[str, ...]

    @property
    def points(self) -> Floats:
        """The features in scaled units."""
        return self.values * self.weights

    @property
    def features(self) -> list[tuple[str, str | None]]:
        """Name of each column, with the category where it is one."""
        return [(name, None) for name in RFM] + [("category", one) for one in self.categories]


@dataclass(frozen=True, eq=False)
class Tried:
    """Clusters of one k with what speaks for and against them."""

    clusters: Clusters
    silhouette: float
    is_from_before: bool

    @property
    def smallest(self) -> float:
        """Share of the sample in the smallest cluster."""
        return float(self.clusters.sizes.min() / max(len(self.clusters.labels), 1))


def recall(engine: Engine, _params: Mapping[str, Any] | None = None, *, before: str | None = None) -> None:
    """The centres of the run before; empty where there was none. ``before`` is the name of an attached database, or None."""
    is_there = before is not None and CENTRES in carried.stored(engine, before)
    known = f"select * from {quote(before)}.{CENTRES}" if before and is_there else None
    carried.bring(engine, BEFORE, SHAPES[CENTRES], known)


def find_clusters(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Find clusters of customers who behave alike, and say why there are so many of them."""
    rows = engine.rows(f"select k, least, most from {SETTINGS}")
    # Templates are tried on empty relations, and then there are no settings either.
    wanted, least, most = rows[0] if rows else (None, 3, 8)
    sample = read_sample(engine)
    earlier = read_before(engine, sample)
    tried = try_numbers(sample, earlier, wanted, least, most)
    chosen, reason = choose(tried, len(earlier), wanted)
    n = len(sample.values)
    if n and not tried:
        chosen = Tried(kmeans.lloyd(sample.points, kmeans.split(sample.points, 1)), 0.0, is_from_before=False)
        tried = [chosen]
        reason = f"only {n:,} customers bought: clusters need {LEAST_CUSTOMERS}, and customers who differ"
    write_rows(
        engine, CHOICE, SHAPES[CHOICE], [_choice_row(one, one is chosen, reason, sample) for one in tried]
    )
    write_rows(
        engine,
        CENTRES,
        SHAPES[CENTRES],
        centre_rows(chosen, sample, read_names(engine), earlier) if chosen else [],
    )


def read_sample(engine: Engine) -> Sample:
    """The sample in its fixed order. Recency, frequency and monetary count alike; all categories together count as one of them."""
    found = engine.rows(f"select category from {CATEGORIES} order by place")
    categories = tuple(row[0] for row in found)
    names = [*RFM, *(f"category_{place}" for place in range(1, len(categories) + 1))]
    cells = ", ".join(f"cast({name} as double) as {name}" for name in names)
    table = engine.fetch(f"select {cells} from {SAMPLE} order by place")
    values = np.stack([table.column(name).to_numpy() for name in names], axis=1).astype(np.float64)
    weights = np.zeros(len(names))
    if len(values):
        spread = values.var(axis=0)
        weights[:3] = [1 / np.sqrt(one) if one > 1e-12 else 0.0 for one in spread[:3]]
        whole = float(spread[3:].sum())
        weights[3:] = 1 / np.sqrt(whole) if whole > 1e-12 else 0.0
    return Sample(values, np.round(weights, 9), categories)


def read_before(engine: Engine, sample: Sample) -> Floats:
    """Centres of the run before in today's features, a row each by their numbers; a category that is new starts at its mean."""
    rows = engine.rows(
        f"select cluster, feature, category, centre from {BEFORE} where cluster is not null order by cluster, feature, category"
    )
    numbers = sorted({row[0] for row in rows})
    means = sample.values.mean(axis=0) if len(sample.values) else np.zeros(sample.values.shape[1])
    centres = np.tile(means, (len(numbers), 1)) if numbers else np.zeros((0, sample.values.shape[1]))
    places = {feature: j for j, feature in enumerate(sample.features)}
    for cluster, feature, category, centre in rows:
        place = places.get((feature, category))
        if place is not None and centre is not None:
            centres[numbers.index(cluster), place] = centre
    return centres


def read_names(engine: Engine) -> list[str]:
    """Names of the clusters of the run before, by their numbers."""
    found = engine.rows(
        f"select cluster, min(segment) from {BEFORE} where cluster is not null group by cluster order by cluster"
    )
    return [row[1] for row in found]


def try_numbers(sample: Sample, earlier: Floats, wanted: int | None, least: int, most: int) -> list[Tried]:
    """Clusters of every k that is asked for and that the points can be told apart into."""
    points = sample.points
    if len(points) < LEAST_CUSTOMERS:
        return []
    limit = kmeans.distinct(points)
    asked = [wanted] if wanted else range(least, most + 1)
    tried = []
    for k in (one for one in asked if one <= limit and (one > 1 or wanted)):
        is_from_before = k == len(earlier)
        if is_from_before:
            clusters = kmeans.lloyd(points, earlier * sample.weights)
        else:
            clusters = kmeans.lloyd(points, kmeans.split(points, k))
            # The most valuable first, then the most frequent, then the most recent.
            keys = clusters.centres[:, [2, 1, 0]] * np.array([1.0, 1.0, -1.0])
            clusters = kmeans.in_order(clusters, keys)
        few = slice(0, MOST_COMPARED)
        tried.append(
            Tried(clusters, round(kmeans.silhouette(points[few], clusters.labels[few]), 6), is_from_before)
        )
    return tried


def choose(tried: Sequence[Tried], k_before: int, wanted: int | None) -> tuple[Tried | None, str]:
    """The clusters to use and why: those asked for, else of the best silhouette among those without a handful of odd customers."""
    if not tried:
        return None, ""
    if wanted:
        return tried[0], f"{wanted} were asked for"
    able = [one for one in tried if one.smallest >= LEAST_SHARE] or list(tried)
    best = max(able, key=lambda one: (one.silhouette, -one.clusters.k))
    said = f"the best silhouette ({best.silhouette:.3f}) of those with at least {LEAST_SHARE:.0%} of buyers in each cluster"
    if best.smallest < LEAST_SHARE:
        said = f"the best silhouette ({best.silhouette:.3f}); every number of clusters leaves one with less than {LEAST_SHARE:.0%}"
    before = next((one for one in able if one.clusters.k == k_before), None)
    if before is not None and before is not best and best.silhouette - before.silhouette <= ENOUGH:
        return before, (
            f"as many as in the run before; {best.clusters.k} are better by"
            f" {best.silhouette - before.silhouette:.3f} only, less than {ENOUGH}"
        )
    return best, said


def _choice_row(one: Tried, is_chosen: bool, reason: str, sample: Sample) -> tuple[Any, ...]:
    clusters = one.clusters
    away = kmeans.squares(sample.points, clusters.centres)[np.arange(len(clusters.labels)), clusters.labels]
    why_not = (
        None if one.smallest >= LEAST_SHARE else f"its smallest cluster has {one.smallest:.1%} of buyers"
    )
    return (
        clusters.k, one.silhouette, round(one.smallest, 6), round(float(away.mean()), 6), len(clusters.labels),
        one.is_from_before, is_chosen, reason if is_chosen else why_not,
    )  # fmt: skip


def centre_rows(
    chosen: Tried, sample: Sample, names_before: Sequence[str], earlier: Floats
) -> list[tuple[Any, ...]]:
    """Rows of CENTRES: centres in the units of the features, with a name each."""
    clusters, n = chosen.clusters, len(sample.values)
    centres = np.stack([sample.values[clusters.labels == c].mean(axis=0) for c in range(clusters.k)])
    means = sample.values.mean(axis=0)
    kept: dict[int, str] = {}
    if chosen.is_from_before:
        moved = np.sqrt((((centres - earlier) * sample.weights) ** 2).sum(axis=1))
        kept = {c: names_before[c] for c in range(clusters.k) if moved[c] < STILL and names_before[c]}
    shares_all = dict(zip(sample.categories, means[3:].tolist(), strict=True))
    traits = []
    for centre in centres:
        recency, frequency, monetary = (((centre - means) * sample.weights)[:3]).tolist()
        shares = dict(zip(sample.categories, centre[3:].tolist(), strict=True))
        traits.append(naming.Traits(recency, frequency, monetary, float(centre[1]), shares, shares_all))
    told = naming.names(traits, kept) if clusters.k > 1 else ["all buyers"]
    return [
        (
            c + 1, told[c], feature, category, round(float(centres[c, j]), 6), float(sample.weights[j]),
            round(float(means[j]), 6), n, c in kept,
        )
        for c in range(clusters.k)
        for j, (feature, category) in enumerate(sample.features)
    ]  # fmt: skip
