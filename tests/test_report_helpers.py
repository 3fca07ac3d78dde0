"""What the helpers hand to a notebook: figures as people read them, charts as they should be drawn."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from gristmill.errors import ParameterError
from gristmill.report import (
    MIME,
    Col,
    Data,
    bars,
    finding,
    findings,
    heatmap,
    lines,
    markup,
    metric,
    metrics,
    note,
    numbers,
    specs,
    stacked,
    table,
    verdict,
)  # fmt: skip
from gristmill.report.catalogue import Catalogue
from gristmill.report.words import ENGLISH, LANGUAGES, Words


def shown(col: Col, *values: Any) -> list[str | bool | None]:
    return numbers.column(col, values)


@pytest.mark.parametrize(
    ("col", "values", "texts"),
    [
        (Col("n", "BIGINT"), (1234567, None, -5), ["1,234,567", None, "-5"]),
        (Col("year", "BIGINT"), (2026,), ["2026"]),
        (Col("amount", "DECIMAL(18,4)"), (Decimal("1234.5000"), Decimal(2)), ["1,234.5", "2.0"]),
        (Col("amount", "DECIMAL(18,4)"), (Decimal("1234.0000"), Decimal(2)), ["1,234", "2"]),
        (Col("amount", "DECIMAL(18,4)"), (Decimal("123456789.99"),), ["123,456,790"]),
        (Col("p", "DOUBLE"), (0.00012, 0.5), ["0.0001", "0.5000"]),
        (Col("x", "DOUBLE"), (math.nan, math.inf), ["NaN", "∞"]),
        (
            Col("share_lost", "DOUBLE"),
            (0.1234, 0.00001, 0.99999, 0, 1),
            ["12.3%", "<0.1%", ">99.9%", "0.0%", "100.0%"],
        ),
        (Col("x", "DOUBLE", unit="share"), (0.5,), ["50.0%"]),
        (Col("is_new", "BOOLEAN"), (True, None), [True, None]),
        (Col("at", "TIMESTAMP"), (dt.datetime(2026, 1, 2, 10, 5), None), ["2026-01-02 10:05", None]),
        (
            Col("at", "TIMESTAMP"),
            (dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3)),
            ["2026-01-02", "2026-01-03"],
        ),
        (Col("day", "DATE"), (dt.date(2026, 1, 2),), ["2026-01-02"]),
        (Col("l", "VARCHAR[]"), (["a", None, "b"], []), ["a, –, b", "[]"]),
        (Col("s", "STRUCT(a INT)"), ({"a": 1, "b": None},), ["a: 1, b: –"]),
        (Col("b", "BLOB"), (b"\x00\xff",), ["0x00ff"]),
        (Col("t"), ("a\x00b\u202ec", "", "x" * 400), ["a␀b⟨U+202E⟩c", "", "x" * 300 + "… (400)"]),
    ],
)
def test_values_read_as_people_write_them(col: Col, values: tuple[Any, ...], texts: list[Any]) -> None:
    assert shown(col, *values) == texts


def sales() -> Data:
    return Data(
        [
            Col("month", "DATE"),
            Col("name", pii="name"),
            Col("net", "DECIMAL(18,4)", unit="KRW"),
            Col("n", "BIGINT"),
        ],
        [(dt.date(2026, m, 1), name, Decimal(m), m) for m in (1, 2) for name in ("김민수", "김만수", None)],
        sql="select 1",
        relation="measure.kpi",
    )


def test_every_helper_fits_into_a_notebook_file() -> None:
    made = [table(sales()), bars(sales(), "name", "n"), lines(sales(), "month", ["net", "n"]), metric("a", 1),
            stacked(sales(), "month", "n", "name", share=True), heatmap(sales(), "month", "name", "n"),
            metrics([metric("a", None)]), finding("info", "x"), findings([]), note("x"), verdict("good", "x")]  # fmt: skip
    for display in made:
        bundle = display._repr_mimebundle_()
        assert json.loads(json.dumps(bundle)) == bundle
        assert bundle["text/plain"] == str(display)
        is_chart = bundle[MIME]["kind"] == "chart"
        assert ("text/html" in bundle) != is_chart
        assert ("application/vnd.vegalite.v5+json" in bundle) == is_chart
        if not is_chart:
            assert bundle["text/html"].startswith("<style>")


def test_people_who_look_alike_once_masked_keep_bars_of_their_own() -> None:
    points = bars(sales(), "name", "n").payload["points"]
    assert [p["x"] for p in points] == ["김•수", "김•수 (2)", "–", "김•수 (3)", "김•수 (4)", "– (2)"]


def test_a_masked_chart_has_no_name_in_its_points_or_its_table() -> None:
    saved = json.dumps(
        bars(sales(), "name", "n", highlight=["김민수"])._repr_mimebundle_(), ensure_ascii=False
    )
    assert "김민수" not in saved
    assert "김만수" not in saved


def test_a_masked_column_cannot_be_drawn_as_a_figure() -> None:
    data = Data([Col("x"), Col("phone", "BIGINT", pii="phone")], [("a", 1012345678)])
    with pytest.raises(ParameterError, match="phone is not a number"):
        bars(data, "x", "phone")


def test_a_wrong_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean month"):
        lines(sales(), "monht", "n")
    with pytest.raises(ParameterError, match="There is no column nett"):
        table(sales(), bars=["nett"])
    with pytest.raises(ParameterError, match="middle is not a side"):
        table(sales(), align={"n": "middle"})


def test_wrong_words_are_refused() -> None:
    with pytest.raises(ParameterError, match="fatal is not a severity"):
        finding("fatal", "x")
    with pytest.raises(ParameterError, match="goood is not a verdict"):
        verdict("goood", "x")
    with pytest.raises(ParameterError, match="takes only metrics"):
        metrics([note("x")])


def test_a_table_is_cut_and_says_so() -> None:
    data = Data([Col("n", "BIGINT")], [(n,) for n in range(50)], n_total=1234)
    payload = table(data, max_rows=10).payload
    assert len(payload["rows"]) == 10
    assert payload["total"] == 1234
    html = table(data, max_rows=10)._repr_mimebundle_()["text/html"]
    assert "first 10 of 1,234 rows" in html


def test_findings_come_gravest_first() -> None:
    items = findings([finding("good", "c"), finding("critical", "a"), finding("info", "b")]).payload["items"]
    assert [item["sentence"] for item in items] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("change", "unit", "text", "shift"),
    [
        (5, None, "+5", 1),
        (-1234, None, "−1,234", -1),
        (0, None, "±0", 0),
        (0.02, "share", "+2.0 pp", 1),
        ("new", None, "new", 0),
    ],
)
def test_a_change_carries_its_sign(change: Any, unit: str | None, text: str, shift: int) -> None:
    item = metric("x", 1, unit=unit, change=change).payload["items"][0]
    assert (item["change"], item["shift"]) == (text, shift)


def test_a_missing_value_breaks_a_line_and_is_not_nought() -> None:
    data = Data(
        [Col("d", "DATE"), Col("n", "DOUBLE")],
        [(dt.date(2026, 1, 1), 1.0), (dt.date(2026, 1, 2), None), (dt.date(2026, 1, 3), math.nan)],
    )
    assert [p["y"] for p in lines(data, "d", "n").payload["points"]] == [1.0, None, None]


@pytest.mark.parametrize(
    "rows", [[], [(None, None, None)], [("a", "b", 0)], [("a", "b", -3), ("c", "b", 3)], [("a", "b", 1e18)]]
)
def test_any_rows_can_be_drawn(rows: list[tuple[Any, ...]]) -> None:
    import vl_convert

    data = Data([Col("x"), Col("c"), Col("y", "DOUBLE")], rows)
    for made in (bars(data, "x", "y"), bars(data, "x", "y", horizontal=False), lines(data, "x", "y", color="c"),
                 stacked(data, "x", "y", "c"), heatmap(data, "x", "c", "y")):  # fmt: skip
        for compact in (False, True):
            assert "<svg" in vl_convert.vegalite_to_svg(
                specs.build(made.payload, compact=compact), allowed_base_urls=[]
            )


def test_dates_that_are_missing_can_be_drawn() -> None:
    import vl_convert

    data = Data([Col("d", "DATE"), Col("y", "DOUBLE")], [(None, 1.0), (dt.date(2026, 1, 5), 2.0)])
    for made in (
        bars(data, "d", "y"),
        lines(data, "d", "y"),
        stacked(data, "d", "y", "d"),
        heatmap(data, "d", "d", "y"),
    ):
        assert "<svg" in vl_convert.vegalite_to_svg(specs.build(made.payload), allowed_base_urls=[])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_series_colours_stand_out_on_white() -> None:
    for colour in specs.PALETTE:
        assert 1.05 / (luminance(colour) + 0.05) >= 3


def test_every_language_has_every_word_with_the_same_places() -> None:
    import string

    def places(sentence: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    for path in LANGUAGES.glob("*.toml"):
        own = {key: said for key, said in Catalogue(path).page.items() if key != "numerals"}
        assert set(own) == set(ENGLISH)
        for key, sentence in own.items():
            assert places(sentence) == places(ENGLISH[key]), key
    assert Words("fr")["copy"] == "Copy"
    assert Words("ko-KR")["copy"] == "복사"


def test_importing_the_helpers_loads_nothing_heavy() -> None:
    code = (
        "import sys, gristmill.report\n"
        "heavy = {'jinja2', 'vl_convert', 'nbconvert', 'nbformat', 'papermill', 'pandas', 'duckdb', 'mistune', 'pygments'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
        cwd=".",
    )
    assert done.stdout.strip() == "[]"


def followed(*rows: list[float | None] | None) -> Data:
    return Data([Col("check"), Col("trend", "DOUBLE[]")], [(f"c{i}", row) for i, row in enumerate(rows)])


def test_a_trend_is_a_line_from_nought_to_the_largest_share_and_says_so_in_words() -> None:
    rows = [[0.0, 0.5, 0.25], [0.002, 0.002], [0.1, None, 0.1, 0.2], [0.3], [None, None], [], None]
    shown = table(followed(*rows), trends=["trend"]).payload
    assert shown["lines"]["1"] == [[0, 12, 6], [2, 2], [6, None, 6, 12], [12], None, None, None]
    assert [row[1] for row in shown["rows"]] == [
        "0.0% → 25.0%, 50.0% ↑ (3)",
        "0.2% (2)",
        "10.0% → 20.0% (4)",
        "30.0%",
        None,
        None,
        None,
    ]
    drawn = markup.html(shown)
    assert 'd="M0 12l2 -12l2 6"' in drawn and 'd="M0 10h2"' in drawn
    # A gap is no line to nought, and a lone point between gaps is a dot.
    assert 'd="M0 6h0M4 6l2 -6"' in drawn


def test_a_long_history_is_drawn_by_its_peaks() -> None:
    shares = [0.0] * 500
    shares[333] = 0.5
    line = table(followed(shares), trends=["trend"]).payload["lines"]["1"][0]
    assert len(line) == 60 and max(line) == 12 and sum(point > 0 for point in line) == 1
