"""Names of clusters that say what their customers are like, from where the centre lies beside all buyers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

APART = 0.4
"""Standard deviations from the mean of all buyers from which a trait is worth a word."""
LEAST_SHARE = 0.45
"""Share of spend from which a category is worth a word, if it also is that much more than elsewhere:"""
LEAST_LEAD = 0.15
ONCE = math.log(1 + 1.1)
"""Centre of purchases (ln of 1 and the purchases) up to which nearly all bought once."""


@dataclass(frozen=True)
class Traits:
    """A centre beside all buyers: deviations of recency, frequency and monetary, purchases, and shares of categories."""

    recency: float
    frequency: float
    monetary: float
    purchases: float
    """ln of 1 and the number of purchases, as it stands in the centre."""
    shares: Mapping[str, float]
    shares_all: Mapping[str, float]


def name(traits: Traits) -> str:
    """``recent, frequent big spenders``, ``lapsed, one-time buyers, mostly 식품``; ``average buyers`` when nothing stands out."""
    words = []
    if abs(traits.recency) >= APART:
        words.append("lapsed" if traits.recency > 0 else "recent")
    if traits.purchases <= ONCE:
        words.append("one-time")
    elif abs(traits.frequency) >= APART:
        words.append("frequent" if traits.frequency > 0 else "rare")
    noun = "buyers"
    if abs(traits.monetary) >= APART:
        noun = "big spenders" if traits.monetary > 0 else "small spenders"
    lead = leading(traits)
    if not words and noun == "buyers" and lead is None:
        words.append("average")
    told = f"{', '.join(words)} {noun}".strip()
    return f"{told}, mostly {lead}" if lead else told


def leading(traits: Traits) -> str | None:
    """The category that sets the cluster apart, or None."""
    best = max(traits.shares, key=lambda one: (traits.shares[one], one), default=None)
    if best is None or traits.shares[best] < LEAST_SHARE:
        return None
    return best if traits.shares[best] - traits.shares_all.get(best, 0.0) >= LEAST_LEAD else None


def names(found: Sequence[Traits], kept: Mapping[int, str]) -> list[str]:
    """A name for each cluster, all different. ``kept`` names those (by place) that are where they were in the run before."""
    told = [kept.get(place) or name(traits) for place, traits in enumerate(found)]
    for place, traits in enumerate(found):
        if place in kept or told.count(told[place]) == 1:
            continue
        # What they buy more of than others tells like clusters apart, where there is anything.
        more = sorted(
            ((traits.shares[c] - traits.shares_all.get(c, 0.0), c) for c in traits.shares), reverse=True
        )
        fuller = f"{told[place]}, more {more[0][1]}" if more and more[0][0] > 0 else told[place]
        told[place] = fuller
    for place in range(len(told)):
        number = 2
        base = told[place]
        while place not in kept and told[place] in told[:place] + [kept[k] for k in kept if k > place]:
            told[place] = f"{base} ({number})"
            number += 1
    return told
