"""A chart's payload as a Vega-Lite specification, for a notebook, a wide page or a phone.

Text and rules take ``currentColor``, so that one drawing follows light, dark and print. The series colours keep their
hue apart under the common colour deficiencies and reach a contrast of 3:1 on white; the page's style sheet
swaps them for lighter ones on dark. Colour is never alone: lines are labelled at their end and dashed from the
fourth on, and every mark carries its words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from gristmill.report import bands
from gristmill.report.room import COMPACT, WIDE, beside, domain_with_labels, names_fit, reckoned, stand_apart

SCHEMA = "https://vega.github.io/schema/vega-lite/v{}.json"

PALETTE = ("#0b5f8a", "#c96a00", "#12876a", "#a8508a", "#3a8fc4", "#a93a28", "#6b7280")
QUIET = "#9aa3ad"
"""Bars that step back behind highlighted ones, and series beyond the palette."""

_NUMERALS = {
    "": "datum.value == 0 ? '0' : replace(datum.label, 'G', 'B')",
    "만": "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.3~r') + '억'"
    " : abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.4~r') + '만' : format(datum.value, ',.4~r')",
}
"""How figures along an axis are shortened: k, M and B, or by ten thousands where a language counts so."""

_DASHES = [[1, 0], [1, 0], [1, 0], [6, 3], [6, 3], [2, 2], [2, 2]]


def build(payload: Any, *, compact: bool = False, title: bool = False) -> dict[str, Any]:
    """The specification of one chart; ``compact`` is for 340 px, ``title`` puts the title into the drawing."""
    makers = {"lines": _lines, "bars": _bars, "stacked": _stacked, "heatmap": _heatmap, "flows": _flows}
    width = COMPACT if compact else WIDE
    spec: dict[str, Any] = {
        "background": None,
        "width": width,
        "height": 200 if compact else 260,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 4, "right": 4, "top": 4, "bottom": 0},
        "config": config(),
    }
    if title and payload["title"]:
        unit = unit_behind(payload)
        text = f"{payload['title']} ({unit})" if unit else payload["title"]
        spec["title"] = {"text": text, "anchor": "start", "fontSize": 14, "offset": 12}
    spec.update(makers[payload["mark"]](payload, compact))
    return spec


def unit_behind(payload: Any) -> str | None:
    """The unit of a chart whose figures stand at the marks, with no axis to say it."""
    return (
        payload["y"]["unit"] if payload["mark"] in ("bars", "heatmap") and not payload["y"]["share"] else None
    )


def config() -> dict[str, Any]:
    """Quiet axes, and ink that follows the page: the looks of every chart."""
    quiet = {"domain": False, "ticks": False, "labelPadding": 8, "labelFontSize": 12, "titleFontSize": 12}
    ink = {"labelColor": "currentColor", "titleColor": "currentColor"}
    return {
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {**quiet, **ink, "gridColor": "#8884", "titleFontWeight": "normal", "labelOpacity": 0.8,
                 "titleOpacity": 0.8},
        "legend": {**ink, "labelFontSize": 12, "symbolSize": 90, "labelLimit": 160},
        "title": {"color": "currentColor"},
        "text": {"fill": "currentColor", "fontSize": 12},
    }  # fmt: skip


def _value_axis(axis: Any, compact: bool, *, side: str = "y") -> dict[str, Any]:
    """The axis of the figures: at most five ticks, 1k 2M 3B, percentages for shares."""
    spec: dict[str, Any] = {"tickCount": 3 if compact else 5, "grid": True, "title": None}
    if axis["share"]:
        spec["format"] = "~%"
    else:
        spec["format"] = "~s"
        spec["labelExpr"] = _NUMERALS.get(axis.get("numerals", ""), _NUMERALS[""])
        if axis["unit"]:
            spec["title"] = axis["unit"]
            if side == "y":
                spec |= {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom",
                         "titleX": 0, "titleY": -8}  # fmt: skip
    return spec


def _time_format(points: Sequence[Any]) -> str:
    """Year, month, day or minute, whichever the span of the points asks for."""
    moments = [at for at in (_when(point["x"]) for point in points) if at is not None]
    days = sorted(at.date() for at in moments)
    if not days:
        return "%Y-%m-%d"
    span = (days[-1] - days[0]).days
    if span <= 2 and any(at.time() != dt.time() for at in moments):
        return "%m-%d %H:%M" if span else "%H:%M"
    return "%Y" if span > 1500 else "%Y-%m" if span > 92 or all(d.day == 1 for d in days) else "%m-%d"


def _when(place: Any) -> dt.datetime | None:
    """The time a point stands at; None for a point without one."""
    try:
        return dt.datetime.fromisoformat(str(place).removesuffix("Z"))
    except ValueError:
        return None


def _ticks_at(points: Sequence[Any], most: int) -> dict[str, Any]:
    """Ticks on the points themselves, evenly thinned; left to the scale where there are very many."""
    places = sorted({at for at in (_when(point["x"]) for point in points) if at is not None})
    if not 0 < len(places) <= 60:
        return {"tickCount": most}
    step = -(-len(places) // most)
    return {"values": [_moment(at) for at in places[::step]]}


def _moment(at: dt.datetime) -> dict[str, Any]:
    return {
        "year": at.year,
        "month": at.month,
        "date": at.day,
        "hours": at.hour,
        "minutes": at.minute,
        "utc": True,
    }


def _x_over_time(payload: Any, compact: bool) -> dict[str, Any]:
    """The encoding of x for lines: time and numbers to scale, words in the order given."""
    kind = payload["x"]["type"]
    axis: dict[str, Any] = {"title": payload["x"]["unit"], "grid": False, "labelAngle": 0, "labelOverlap": "greedy",
                            "labelSeparation": 16}  # fmt: skip
    if kind == "time" and payload["points"]:
        ticks = {
            "format": _time_format(payload["points"]),
            **_ticks_at(payload["points"], 4 if compact else 7),
        }
        return {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "axis": {**axis, **ticks}}
    if kind == "number":
        # Digits said outright: left to itself the axis takes as few as tell its ticks apart, and 10 reads 1e+1.
        return {"field": "x", "type": "quantitative", "scale": {"zero": False, "nice": False},
                "axis": {**axis, "tickCount": 4 if compact else 7, "format": ".6~r"}}  # fmt: skip
    return {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"type": "point", "padding": 0.1},
        "axis": axis,
    }


def _x_bands(payload: Any, points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The encoding of x for standing bars: one band a value, labels thinned where they would touch."""
    if payload["x"]["type"] == "time":
        style = _time_format(points)
        style = "%Y-%m-%d" if style == "%m-%d" else style
        for point in points:
            at = _when(point["x"])
            point["x"] = at.strftime(style) if at else "–"
    axis = {"title": payload["x"]["unit"], "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 10,
            "labelLimit": 120}  # fmt: skip
    return {
        "field": "x",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
        "axis": axis,
    }


def _domain(points: Sequence[Any], zero: bool, head: float) -> list[float]:
    values = [p["y"] for p in points if p["y"] is not None] or [0.0, 1.0]
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) or 1.0
    return [low - span * head if low < 0 else (low if zero else low - span * 0.05), high + span * head]


def _colors(series: Sequence[str]) -> dict[str, Any]:
    many = len(PALETTE)
    return {"domain": list(series), "range": [PALETTE[i] if i < many else QUIET for i in range(len(series))]}


def _legend(payload: Any, compact: bool) -> dict[str, Any]:
    """Above the drawing, and above the unit where one stands there."""
    offset = 26 if payload["y"]["unit"] and not payload["y"]["share"] else 10
    limit = 120 if compact else 150
    longest = max((reckoned(name) for name in payload["series"]), default=0)
    wider = 1.4 if any(ord(ch) > 0x2E80 for name in payload["series"] for ch in name) else 1.16
    columns = int((COMPACT if compact else WIDE) // (min(longest, limit * wider) + 30))
    return {
        "title": None,
        "orient": "top",
        "direction": "horizontal",
        "columns": max(1, min(5, columns)),
        "labelLimit": limit,
        "offset": offset,
    }


def _lines(payload: Any, compact: bool) -> dict[str, Any]:
    points, series = payload["points"], payload["series"]
    options = payload["options"]
    domain = _domain(points, options.get("zero", True), 0.06)
    if options.get("most") is not None:
        domain[1] = max(
            min(domain[1], options["most"]), *(p["y"] for p in points if p["y"] is not None), domain[0] + 1
        )
    labelled = 1 < len(series) <= len(PALETTE) and not compact
    x = _x_over_time(payload, compact)
    y = {"field": "y", "type": "quantitative", "scale": {"domain": domain, "nice": False},
         "axis": _value_axis(payload["y"], compact)}  # fmt: skip
    base: dict[str, Any] = {"x": x, "y": y}
    if series:
        legend = None if labelled else _legend(payload, compact)
        base["color"] = {"field": "c", "type": "nominal", "scale": _colors(series), "legend": legend}
        base["strokeDash"] = {"field": "c", "type": "nominal", "legend": None,
                              "scale": {"domain": series, "range": [_DASHES[min(i, 6)] for i in range(len(series))]}}  # fmt: skip
    told = {k: v for k, v in base.items() if k != "strokeDash"} | {
        "description": {"field": "t"}, "tooltip": {"field": "t"}}  # fmt: skip
    sparse = len(points) <= 80 * max(1, len(series))
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "strokeWidth": 2.25, "color": PALETTE[0], "aria": False, "strokeJoin": "round"},
         "encoding": base},
        {"mark": {"type": "point", "filled": True, "size": 26 if sparse else 1, "color": PALETTE[0], "opacity": 1,
                  "strokeWidth": 14, "strokeOpacity": 0, "stroke": "#000"},
         "encoding": told, "transform": [{"filter": "isValid(datum.y)"}]},
    ]  # fmt: skip
    if not labelled:
        return {"data": {"values": points}, "layer": layers}
    layers.append(_end_labels(payload, domain))
    # The names were measured in the narrower font of whoever draws.
    more = min(round(max(reckoned(name) for name in series) * 0.2), 40)
    padding = {"left": 4, "right": 4 + more, "top": 4, "bottom": 0}
    return {"data": {"values": points}, "layer": layers, "padding": padding}


def _end_labels(payload: Any, domain: list[float]) -> dict[str, Any]:
    """The series' names at the end of their lines, moved apart where two would touch."""
    last: dict[str, Any] = {}
    for point in payload["points"]:
        if point["y"] is not None:
            last[point["c"]] = point
    if not last:
        return {"data": {"values": []}, "mark": "text"}
    final = max((p["x"] for p in last.values()), key=str) if payload["x"]["type"] != "number" else max(
        p["x"] for p in last.values())  # fmt: skip
    gap = (domain[1] - domain[0]) * 16 / 220
    labels: list[dict[str, Any]] = []
    for name, point in sorted(last.items(), key=lambda item: item[1]["y"]):
        at = point["y"] if not labels else max(point["y"], labels[-1]["y"] + gap)
        labels.append({"x": final if payload["x"]["type"] != "word" else point["x"], "y": at, "c": name})
    over = labels[-1]["y"] - domain[1]
    for label in labels if over > 0 else ():
        label["y"] -= over
    return {
        "data": {"values": labels},
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 9, "limit": 150, "fontWeight": 600,
                 "aria": False},
        "encoding": {"x": _x_over_time(payload, False), "y": {"field": "y", "type": "quantitative"},
                     "text": {"field": "c"}, "color": {"field": "c", "type": "nominal", "legend": None,
                                                       "scale": _colors(payload["series"])}},
    }  # fmt: skip


def _bars(payload: Any, compact: bool) -> dict[str, Any]:
    points = [dict(point) for point in payload["points"]]
    lying = payload["options"].get("horizontal", False)
    negative = any((p["y"] or 0) < 0 for p in points)
    labelled = not negative and (len(points) <= 40 if lying else stand_apart(points, compact))
    scale = {
        "domain": domain_with_labels(points, COMPACT if compact else WIDE)
        if labelled and lying
        else _domain(points, True, 0.08 if labelled else 0.02),
        "nice": False,
    }
    value: dict[str, Any] = {"field": "y", "type": "quantitative", "scale": scale}
    figures = {**payload["y"], "unit": None}  # the unit stands behind the title, for there may be no axis
    if lying:
        value["axis"] = None if labelled else _value_axis(figures, compact, side="x")
        words = {"field": "x", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.3, "paddingOuter": 0.1},
                 "axis": {"title": None, **beside(points, "x", 120 if compact else 220)}}  # fmt: skip
        place = {"x": value, "y": words}
        shape: dict[str, Any] = {
            "height": 12 + len(points) * (26 if compact else 28) + (0 if labelled else 34)
        }
        text = {"align": "left", "dx": 6, "baseline": "middle"}
    else:
        value["axis"] = None if labelled else _value_axis(figures, compact)
        place, shape = {"x": _x_bands(payload, points), "y": value}, {}
        text = {"align": "center", "dy": -7, "baseline": "bottom", "fontSize": 11}
    color = {"condition": {"test": "datum.h", "value": PALETTE[0]}, "value": QUIET}
    marks: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "cornerRadiusEnd": 2},
         "encoding": {**place, "color": color, "description": {"field": "t"}, "tooltip": {"field": "t"}}}
    ]  # fmt: skip
    if labelled:
        marks.append(
            {"mark": {"type": "text", "aria": False, **text}, "encoding": {**place, "text": {"field": "v"}}}
        )
    return {**shape, "data": {"values": points}, "layer": marks}


def _stacked(payload: Any, compact: bool) -> dict[str, Any]:
    points = [dict(point) for point in payload["points"]]
    order = {name: i for i, name in enumerate(payload["series"])}
    for point in points:
        point["o"] = order.get(point["c"], 0)
    share = payload["options"].get("share", False)
    # A name is never left out: where names do not fit beside each other, the bars lie.
    lying = payload["x"]["type"] == "word" and not names_fit(points, compact)
    axis = _value_axis(
        {**payload["y"], "share": share or payload["y"]["share"]}, compact, side="x" if lying else "y"
    )
    place = _x_bands(payload, points)
    if lying:
        place = {"field": "x", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.3, "paddingOuter": 0.1},
                 "axis": {"title": None, **beside(points, "x", 120 if compact else 220)}}  # fmt: skip
    return {
        **({"height": 90 + len({point["x"] for point in points}) * 28} if lying else {}),
        "data": {"values": points},
        "mark": {"type": "bar", "stroke": "#8883", "strokeWidth": 0.5},
        "encoding": {
            "y" if lying else "x": place,
            "x" if lying else "y": {
                "field": "y",
                "type": "quantitative",
                "stack": "normalize" if share else "zero",
                "axis": axis,
            },
            "color": {
                "field": "c",
                "type": "nominal",
                "scale": _colors(payload["series"]),
                "legend": _legend(payload, compact),
            },
            "order": {"field": "o", "type": "quantitative"},
            "description": {"field": "t"},
            "tooltip": {"field": "t"},
        },
    }


def _heatmap(payload: Any, compact: bool) -> dict[str, Any]:
    points = [dict(point) for point in payload["points"] if point["y"] is not None]
    values = [p["y"] for p in points] or [0.0]
    low, high = min(0.0, *values), max(values)
    span = (high - low) or 1.0
    for point in points:
        point["d"] = round(0.05 + 0.95 * (point["y"] - low) / span, 3)
    columns = len({p["x"] for p in points})
    place = {
        "x": {**_x_bands(payload, points), "scale": {"paddingInner": 0.06, "paddingOuter": 0}},
        "y": {"field": "c", "type": "ordinal", "sort": None, "scale": {"paddingInner": 0.08, "paddingOuter": 0},
              "axis": {"title": None, **beside(points, "c", 90 if compact else 160)}},
    }  # fmt: skip
    place["x"]["axis"] = {**place["x"]["axis"], "orient": "top"}
    if payload["x"]["type"] == "word":
        # Cells without a value are not drawn, and yet say in which order the columns stand.
        place["x"]["sort"] = list(dict.fromkeys(point["x"] for point in payload["points"]))
    marks: list[dict[str, Any]] = [
        {"mark": {"type": "rect", "cornerRadius": 2, "fill": PALETTE[0]},
         "encoding": {**place, "fillOpacity": {"field": "d", "type": "quantitative", "scale": None, "legend": None},
                      "description": {"field": "t"}, "tooltip": {"field": "t"}}}
    ]  # fmt: skip
    longest = max((len(p["v"]) for p in points), default=1)
    if columns * (longest * 7 + 4) <= (COMPACT - 60 if compact else WIDE - 100):
        ink = {"condition": {"test": "datum.d >= 0.8", "value": "#fff"}, "value": "currentColor"}
        text = {"type": "text", "fontSize": 11, "aria": False}
        marks.append({"mark": text, "encoding": {**place, "text": {"field": "v"}, "fill": ink}})
    return {"height": 34 + 26 * max(1, len(payload["series"])), "data": {"values": points}, "layer": marks}


def _flows(payload: Any, compact: bool) -> dict[str, Any]:
    width = COMPACT if compact else WIDE
    return bands.spec(payload, width=width, palette=PALETTE, quiet=QUIET, compact=compact)
