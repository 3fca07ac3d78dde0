"""Shares over time as a small line in a cell of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gristmill.report.numbers import percent

MOST_POINTS = 60
"""A longer history is drawn by the largest share of each stretch of runs: a peak is what one looks for."""
HEIGHT = 12
"""Steps between nought and the largest share of a line."""
LEAST_TOP = 0.01
"""The top of a line is one per cent at least, or noise would look like a mountain."""

Shares = Sequence[float | None]


def lines(rows: Sequence[Shares | None]) -> list[dict[str, Any] | None]:
    """A line a row: ``points`` (heights from 0 to HEIGHT, None for a gap) and what it ``says``; None without a share."""
    return [_line(row) if row else None for row in rows]


def path(points: Sequence[int | None]) -> tuple[str, int]:
    """The path of an SVG as wide as it is said to be, two units a step, nought at the bottom."""
    drawn, was = [], None
    for i, point in enumerate(points):
        if point is None:
            was = None
            continue
        y = HEIGHT - point
        if was is None:
            drawn.append(f"M{i * 2} {y}")
            if i + 1 == len(points) or points[i + 1] is None:
                # A lone point is a line of no length; round ends make it a dot.
                drawn.append("h0")
        elif y == was:
            drawn.append("h2")
        else:
            drawn.append(f"l2 {y - was}")
        was = y
    return "".join(drawn), max(len(points) - 1, 1) * 2


def _line(shares: Shares) -> dict[str, Any] | None:
    known = [share for share in shares if share is not None]
    if not known:
        return None
    top = max(*known, LEAST_TOP)
    points = [None if share is None else round(share / top * HEIGHT) for share in _few(shares)]
    if len(shares) == 1:
        return {"points": points, "says": percent(known[0])}
    first, last = percent(known[0]), percent(known[-1])
    says = f"{first} → {last}" if first != last or max(known) > known[-1] else last
    if max(known) > max(known[0], known[-1]):
        says += f", {percent(max(known))} ↑"
    return {"points": points, "says": f"{says} ({len(shares)})"}


def _few(shares: Shares) -> list[float | None]:
    if len(shares) <= MOST_POINTS:
        return list(shares)
    found: list[float | None] = []
    for i in range(MOST_POINTS):
        low, high = math.floor(i * len(shares) / MOST_POINTS), math.floor((i + 1) * len(shares) / MOST_POINTS)
        stretch = [share for share in shares[low:high] if share is not None]
        found.append(max(stretch) if stretch else None)
    return found
