"""Flow charts: who went from which group to which, as bands between two columns of bars.

A band is as thick as its figure. Bands that stay where they were step back, because what moved is what is looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

STEPS = 14
"""Points along a band's edge; more would not be seen."""
LEAST = 15.0
"""Pixels a group takes at least, so that its label has a line of its own."""
GAP = 4.0
BAR = 9.0
THIN = 0.25
"""Pixels below which a band is not drawn; the table behind the chart has it."""


class Slot(NamedTuple):
    """Where a group stands in its column, in pixels from the top."""

    top: float
    height: float
    middle: float


def spec(payload: Any, *, width: int, palette: Sequence[str], quiet: str, compact: bool) -> dict[str, Any]:
    """The drawing of a chart's payload: points carry x (from), c (to), y (figure) and t (words)."""
    points = [point for point in payload["points"] if (point["y"] or 0) > 0]
    names = list(dict.fromkeys([p["x"] for p in points] + [p["c"] for p in points]))
    starts, ends = _totals(points, "x"), _totals(points, "c")
    total = sum(starts.values()) or 1.0
    scale = (220.0 if compact else 300.0) / total
    left, right = _column(names, starts, scale), _column(names, ends, scale)
    height = max([slot.top + max(slot.height, LEAST) for slot in (*left.values(), *right.values())] or [40.0])
    room = 112 if compact else 190
    colors = {name: palette[i] if i < len(palette) else quiet for i, name in enumerate(names)}
    x = {"field": "x", "type": "quantitative", "axis": None,
         "scale": {"domain": [0, 1], "range": [room, width - room - 8], "nice": False, "zero": False}}  # fmt: skip
    y = {"type": "quantitative", "axis": None,
         "scale": {"domain": [0, height], "range": [0, round(height)], "nice": False, "zero": False}}  # fmt: skip
    color = {"field": "k", "type": "nominal", "legend": None,
             "scale": {"domain": names, "range": [colors[name] for name in names]}}  # fmt: skip
    bands = _bands(points, names, left, right, scale)
    bars = _bars(left, 0) + _bars(right, 1)
    labels = _labels(left, starts, 0, compact) + _labels(right, ends, 1, compact)
    layers: list[dict[str, Any]] = [
        {"data": {"values": bands}, "mark": {"type": "area", "aria": False, "interpolate": "linear"},
         "encoding": {"x": x, "y": {**y, "field": "y"}, "y2": {"field": "y2"}, "detail": {"field": "n"}, "color": color,
                      "opacity": {"condition": {"test": "datum.s", "value": 0.22}, "value": 0.62},
                      "tooltip": {"field": "t"}}},
        *(
            {"data": {"values": [bar for bar in bars if bar["x"] == side]},
             "mark": {"type": "rect", "width": BAR, "xOffset": (-1 if side == 0 else 1) * BAR / 2, "aria": False},
             "encoding": {"x": x, "y": {**y, "field": "y"}, "y2": {"field": "y2"}, "color": color}}
            for side in (0, 1)
        ),
        *(
            {"data": {"values": [one for one in labels if one["x"] == side]},
             "mark": {"type": "text", "align": "right" if side == 0 else "left", "baseline": "middle",
                      "dx": (-1 if side == 0 else 1) * (BAR + 6), "limit": room - 18, "fontSize": 11 if compact else 12,
                      "aria": False},
             "encoding": {"x": x, "y": {**y, "field": "y"}, "text": {"field": "t"}}}
            for side in (0, 1)
        ),
    ]  # fmt: skip
    return {"height": round(height), "data": {"values": []}, "layer": layers}


def _totals(points: Sequence[Mapping[str, Any]], key: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for point in points:
        found[point[key]] = found.get(point[key], 0.0) + point["y"]
    return found


def _column(names: Sequence[str], totals: Mapping[str, float], scale: float) -> dict[str, Slot]:
    """Groups below each other in the order of ``names``, each with room for a line of text."""
    found, top = {}, 0.0
    for name in names:
        if name in totals:
            height = totals[name] * scale
            room = max(height, LEAST)
            found[name] = Slot(top + (room - height) / 2, height, top + room / 2)
            top += room + GAP
    return found


def _bands(
    points: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    left: Mapping[str, Slot],
    right: Mapping[str, Slot],
    scale: float,
) -> list[dict[str, Any]]:
    """The edges of every band, point by point; at each bar bands lie in the order of the other column."""
    place = {name: i for i, name in enumerate(names)}
    away = {name: slot.top for name, slot in left.items()}
    into = {name: slot.top for name, slot in right.items()}
    begins: dict[tuple[str, str], float] = {}
    finishes: dict[tuple[str, str], float] = {}
    for point in sorted(points, key=lambda p: (place[p["x"]], place[p["c"]])):
        begins[point["x"], point["c"]] = away[point["x"]]
        away[point["x"]] += point["y"] * scale
    for point in sorted(points, key=lambda p: (place[p["c"]], place[p["x"]])):
        finishes[point["x"], point["c"]] = into[point["c"]]
        into[point["c"]] += point["y"] * scale
    found = []
    for n, point in enumerate(points):
        thick = point["y"] * scale
        if thick < THIN:
            continue
        start, end = begins[point["x"], point["c"]], finishes[point["x"], point["c"]]
        for step in range(STEPS + 1):
            at = step / STEPS
            # Hermite's curve, level at both ends, so that bands leave and reach their bars at a right angle.
            y = start + (end - start) * at * at * (3 - 2 * at)
            found.append(
                {
                    "n": n,
                    "k": point["x"],
                    "s": point["x"] == point["c"],
                    "x": round(at, 4),
                    "y": round(y, 2),
                    "y2": round(y + thick, 2),
                    "t": point["t"],
                }
            )
    return found


def _bars(slots: Mapping[str, Slot], side: int) -> list[dict[str, Any]]:
    return [
        {
            "k": name,
            "x": side,
            "y": round(slot.top, 2),
            "y2": round(slot.top + max(slot.height, 0.75), 2),
        }
        for name, slot in slots.items()
    ]


def _labels(
    slots: Mapping[str, Slot], totals: Mapping[str, float], side: int, compact: bool
) -> list[dict[str, Any]]:
    """Names beside their bars; a phone has no room for the figures as well, they are in the table."""
    return [
        {"x": side, "y": round(slot.middle, 2), "t": name if compact else f"{name}  {totals[name]:,.0f}"}
        for name, slot in slots.items()
    ]
