"""How much room words and figures take in a drawing, reckoned before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDE, COMPACT = 680, 340


def names_fit(points: Sequence[Any], compact: bool) -> bool:
    """Whether the names under standing bars fit beside each other."""
    words = {str(point["x"]) for point in points}
    widest = max(map(reckoned, words), default=0)
    return len(words) * (widest + 10) <= (COMPACT if compact else WIDE) - 60


def stand_apart(points: Sequence[Any], compact: bool) -> bool:
    """Whether the figures over standing bars fit beside each other."""
    widest = max((reckoned(p["v"]) for p in points), default=0)
    return len(points) <= (7 if compact else 14) and len(points) * (widest + 4) <= (
        COMPACT if compact else WIDE
    )


def beside(points: Sequence[Any], key: str, most: int) -> dict[str, Any]:
    """Room for words beside an axis: 7 px a letter, 12 px a Hangul or Han character.

    Reckoned, because a reader's font may be wider than the one measured with here.
    """
    words = [str(point[key]) for point in points]
    longest = max((reckoned(word) for word in words), default=0)
    wider = 1.4 if any(ord(ch) > 0x2E80 for word in words for ch in word) else 1.16
    return {"labelLimit": most, "minExtent": min(longest, round(most * wider)) + 6}


def reckoned(word: str) -> int:
    """Pixels of a word at 12 px."""
    return sum(12 if ord(ch) > 0x2E80 else 7 for ch in word)


def domain_with_labels(points: Sequence[Any], width: int) -> list[float]:
    """The scale of lying bars on which each bar and the figure behind it end inside of the drawing."""
    room = width - beside(points, "x", 120 if width == COMPACT else 220)["minExtent"] - 24
    ends = [(p["y"] or 0) / (1 - min((reckoned(p["v"]) * 1.1 + 10) / room, 0.7)) for p in points]
    return [0.0, max(ends, default=0.0) or 1.0]
