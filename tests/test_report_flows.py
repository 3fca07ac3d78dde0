"""Flow charts: bands as thick as their figures, groups that never overlap, and nothing that is not in the table."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gristmill import report
from gristmill.errors import ParameterError
from gristmill.report import Col, Data, bands, specs
from gristmill.report.svg import Drawer

NAMES = ["Champions", "단골 고객", "<b>x</b>", "", "no longer"]
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), st.integers(0, 10**7), max_size=25
)


def moves(found: dict[tuple[str, str], int]) -> report.Display:
    columns = [Col("was", "VARCHAR"), Col("is_now", "VARCHAR"), Col("n_customers", "BIGINT")]
    rows = [(was, now, n) for (was, now), n in found.items()]
    return report.flows(Data(columns, rows, len(rows), "select 1", None), "was", "is_now", "n_customers")


@settings(max_examples=50, deadline=None)
@given(ROWS, st.booleans())
def test_every_group_has_a_line_of_its_own_and_bands_fill_their_bars(
    found: dict[tuple[str, str], int], compact: bool
) -> None:
    drawn = specs.build(moves(found).payload, compact=compact)
    area, *rest = drawn["layer"]
    bars = [bar for layer in rest[:2] for bar in layer["data"]["values"]]
    labels = [label for layer in rest[2:] for label in layer["data"]["values"]]
    assert len(bars) == len({f for (f, _), n in found.items() if n}) + len(
        {t for (_, t), n in found.items() if n}
    )
    for side in (0, 1):
        middles = sorted(label["y"] for label in labels if label["x"] == side)
        assert all(b - a >= bands.LEAST for a, b in pairwise(middles))
        edges = sorted((bar["y"], bar["y2"]) for bar in bars if bar["x"] == side)
        assert all(b[0] >= a[1] for a, b in pairwise(edges))
        thick = defaultdict(float)
        for point in area["data"]["values"]:
            if point["x"] == side:
                thick[point["n"]] += point["y2"] - point["y"]
        total = sum(bar["y2"] - bar["y"] for bar in bars if bar["x"] == side)
        # What is thinner than a quarter of a pixel is not drawn, and bars are at least three quarters.
        assert sum(thick.values()) == pytest.approx(total, abs=1.1 * (len(found) + 1))
    assert all(0 <= point["y"] <= point["y2"] <= drawn["height"] + 1 for point in area["data"]["values"])


def test_the_drawing_says_names_as_text_and_keeps_the_figures_as_a_table() -> None:
    shown = moves(
        {("Champions", "<b>x</b>"): 30, ("Champions", "Champions"): 1200, ("단골 고객", "Champions"): 0}
    )
    svg = Drawer().draw(shown.payload)
    assert "<b>x</b>" not in svg and "&lt;b&gt;x&lt;/b&gt;" in svg
    assert len(re.findall(r"Champions {1,2}1,230", svg)) == 1  # wide, where they began; a phone has no room
    assert "1,200" in str(shown)


def test_a_figure_that_is_no_number_is_refused() -> None:
    columns = [Col("was", "VARCHAR"), Col("is_now", "VARCHAR"), Col("n", "VARCHAR")]
    with pytest.raises(ParameterError, match="not a number"):
        report.flows(Data(columns, [("a", "b", "c")], 1, "", None), "was", "is_now", "n")


def test_without_moves_nothing_is_drawn() -> None:
    assert specs.build(moves({}).payload)["layer"][0]["data"]["values"] == []
