"""Trends and seasons of the monthly figures: against numpy, on series with a season known beforehand, and on too short ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

ROOT = Path(__file__).parents[1]
TEMPLATES = ("measure/kpi_ratios", "measure/kpi_seasons", "measure/kpi_trends", "measure/kpi_findings")
SEASON = np.array([80, 70, 90, 100, 105, 100, 95, 90, 100, 110, 120, 140.0])


AIRLINE = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432
"""
"""Passengers of international airlines in thousands, 1949 to 1960: series G of Box and Jenkins (1976)."""
AIRLINE_SEASON = [
    0.9102304, 0.8836253, 1.0073663, 0.9759060, 0.9813780, 1.1127758,
    1.2265555, 1.2199110, 1.0604919, 0.9217572, 0.8011781, 0.8988244,
]  # fmt: skip
"""What R's decompose(AirPassengers, "multiplicative") calls its figure."""


def told(revenue: list[float], *, complete: int | None = None, start: str = "2022-01-01") -> dict[str, Any]:
    """What is made of a revenue by month; the months after the first ``complete`` ones have not ended."""
    n = len(revenue)
    ended = n if complete is None else complete
    table = pa.table(
        {
            "month": pa.array([d.date() for d in pd.date_range(start, periods=n, freq="MS")], pa.date32()),
            "revenue": pa.array(revenue, pa.float64()),
            "is_complete": pa.array([i < ended for i in range(n)], pa.bool_()),
        }
    )
    with DuckDBEngine() as engine:
        engine.register("given", table)
        engine.make(
            "measure.kpi_monthly",
            "select month, cast(revenue as decimal(18, 4)) as revenue, 100 as n_orders, 1 as n_customers, 0 as n_new_customers,"
            " is_complete from given",
        )
        for name in TEMPLATES:
            template = parse(ROOT / "sql" / f"{name}_v1.sql")
            engine.make(template.relation, template.sql)
        found = {
            name: engine.fetch(
                f"select * exclude (kpi) from measure.{name} where kpi = 'revenue' order by all"
            ).to_pandas()
            for name in ("kpi_ratios", "kpi_seasons", "kpi_trends")
        }
        said = engine.rows(
            "select about, level, finding from measure.kpi_findings where kpi = 'revenue' order by about"
        )
    return {**found, "said": {about: (level, finding) for about, level, finding in said}}


def by_numpy(values: np.ndarray) -> np.ndarray:
    """Seasonal indexes of monthly values from January on, by ratio to the centred moving average."""
    weights = np.array([0.5] + [1.0] * 11 + [0.5]) / 12
    average = np.full(len(values), np.nan)
    average[6:-6] = np.convolve(values, weights, "valid")
    means = np.array([np.nanmean((values / average)[i::12]) for i in range(12)])
    return 100 * means / means.mean()


def test_a_season_put_into_a_growing_series_is_found_again() -> None:
    values = SEASON * (1 + 0.02 * np.arange(48)).reshape(4, 12)
    made = told([round(v, 4) for v in values.ravel()])
    found = made["kpi_seasons"].set_index("month_no")["season_index"].sort_index()
    assert found.to_numpy() == pytest.approx(SEASON, abs=1)
    assert found.to_numpy() == pytest.approx(by_numpy(values.ravel()), abs=1e-6)
    adjusted = made["kpi_trends"]["adjusted"].astype(float).to_numpy()
    assert adjusted == pytest.approx(100 * (1 + 0.02 * np.arange(48)), rel=0.015)
    level, sentence = made["said"]["season"]
    assert level == "info"
    assert sentence.startswith("December is the strongest month of the year, at 140%")
    assert sentence.endswith("February is the weakest, at 70%.")
    assert "3 of 3 years" in sentence


def test_the_season_of_airline_passengers_is_the_one_that_r_tells_to_seven_digits() -> None:
    made = told([float(value) for value in AIRLINE.split()], start="1949-01-01")
    found = made["kpi_seasons"].set_index("month_no")["season_index"].sort_index()
    assert found.to_numpy() / 100 == pytest.approx(AIRLINE_SEASON, abs=1e-7)
    assert "July is the strongest month of the year, at 123%" in made["said"]["season"][1]
    assert "above average in 11 of 11 years; November is the weakest, at 80%." in made["said"]["season"][1]


@pytest.mark.parametrize("n", [24, 29, 60])
def test_indexes_of_noise_are_those_of_numpy_and_average_100(n: int) -> None:
    values = np.round(np.random.default_rng(n).gamma(3, 100, n), 4)
    found = told(list(values))["kpi_seasons"].set_index("month_no")["season_index"].sort_index().to_numpy()
    assert found == pytest.approx(by_numpy(values), abs=1e-5)
    assert found.mean() == pytest.approx(100)


def test_23_full_months_say_that_they_are_too_few_and_a_month_that_runs_does_not_count() -> None:
    for values, complete in (([100.0] * 23, 23), ([100.0] * 24, 23)):
        made = told(values, complete=complete)
        assert made["kpi_seasons"].empty
        assert made["kpi_trends"]["adjusted"].isna().all()
        assert made["said"]["season"] == (
            "warning",
            "Full months: 23. A season needs 24 to be told.",
        )
    assert told([100.0] * 12)["said"]["year"][0] == "warning"


def test_a_flat_series_has_no_season() -> None:
    made = told([100.0] * 24)
    assert made["kpi_seasons"]["season_index"].tolist() == pytest.approx([100.0] * 12)
    assert made["said"]["season"][1].startswith("No marked season")
    assert made["said"]["year"] == ("info", "2023-12 was level with the same month a year before.")


def test_years_of_refunds_and_of_nothing_have_no_season_and_no_growth() -> None:
    for values in ([-5.0] * 30, [0.0] * 30):
        made = told(values)
        assert made["kpi_ratios"]["change_year"].isna().all()
        assert made["kpi_ratios"]["ratio"].isna().all()
        assert made["kpi_seasons"]["season_index"].isna().all()
        assert made["said"]["season"] == (
            "warning",
            "No season can be told: some months stand in no twelve months with anything above 0.",
        )


def test_growth_is_over_the_same_month_of_the_year_before_leap_years_too() -> None:
    values = [float(100 + i) for i in range(26)]
    made = told(values, start="2023-01-01", complete=25)["kpi_ratios"].set_index("month")
    made.index = pd.DatetimeIndex(made.index)
    row = made.loc["2024-02-01"]
    assert float(row["year_before"]) == 101.0
    assert row["change_year"] == pytest.approx(12 / 101)
    assert pd.isna(made.loc["2025-02-01"]["change_year"])


def test_without_months_nothing_is_said() -> None:
    made = told([])
    assert made["kpi_trends"].empty
    assert made["said"] == {}
