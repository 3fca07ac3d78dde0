"""How far a queue is, and what decisions say about the threshold that decides alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.workbench.review.desk import Label

Z = 1.959964
"""Of the normal distribution, for an interval of 95 %."""


@dataclass(frozen=True)
class Progress:
    """Counts are of doubts: two customers that may be one, or one that may be two."""

    n_doubts: int
    n_done: int
    """Doubts that people decided about."""
    n_left: int
    n_skipped: int
    """Of those left: put off until the next run."""
    n_mine: int
    """Lines of reviews/decisions.csv by this person."""
    n_labels: int
    """Decided pairs that have a weight."""
    merge_above: float
    precision: float | None
    """Of decided pairs that the weights merge: the share that people call one customer; None when there are none."""
    precision_low: float | None
    precision_high: float | None
    """Wilson interval, 95 %."""
    n_merged: int
    """Decided pairs that the weights merge: what ``precision`` rests on."""
    expected: float | None
    """Mean probability of decided pairs: the share that the model expects to be one customer."""
    seen: float | None
    """The share of them that people call one customer."""

    def __str__(self) -> str:
        done = f"{self.n_done:,} of {self.n_doubts:,} doubts decided, {self.n_left:,} left"
        later = f" ({self.n_skipped:,} put off)" if self.n_skipped else ""
        return f"{done}{later}. {self.judged}"

    @property
    def judged(self) -> str:
        """What decisions say about the weights, in words."""
        if self.seen is None:
            return "Nothing is decided yet that the weights could be judged by."
        n = f"{self.n_labels:,} decided {'pair' if self.n_labels == 1 else 'pairs'}"
        told = [f"Of {n} {self.seen:.0%} are one customer; the weights expected {self.expected:.0%}."]
        if self.precision is not None:
            told.append(
                f"Merges by weight: {self.precision:.0%} right"
                f" ({self.precision_low:.0%} to {self.precision_high:.0%}, {self.n_merged:,} decided)."
            )
        return " ".join(told)


def measured(
    labels: Sequence[Label], n_doubts: int, n_done: int, n_skipped: int, n_mine: int, merge_above: float
) -> Progress:
    """Count; doubts are hard pairs by nature, so the precision is one of hard pairs too."""
    known = [
        (one.probability, one.verdict, one.decision == "merge")
        for one in labels
        if one.probability is not None
    ]
    merged = [is_same for _, verdict, is_same in known if verdict == "merge"]
    low, high = wilson(sum(merged), len(merged))
    return Progress(
        n_doubts,
        n_done,
        n_doubts - n_done,
        n_skipped,
        n_mine,
        len(known),
        merge_above,
        sum(merged) / len(merged) if merged else None,
        low,
        high,
        len(merged),
        sum(chance for chance, _, _ in known) / len(known) if known else None,
        sum(is_same for _, _, is_same in known) / len(known) if known else None,
    )


def wilson(n_right: int, n: int) -> tuple[float | None, float | None]:
    """The interval of a share that holds it 95 times in 100; None without any."""
    if not n:
        return None, None
    share = n_right / n
    middle = share + Z * Z / (2 * n)
    reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle - reach) / (1 + Z * Z / n), (middle + reach) / (1 + Z * Z / n)
