"""Chances that customers buy nothing in the next days, from the model of purchases that customer value was told by.

As in ``clv``, only histories with their number of customers are read. Where no model holds there are no chances here,
and ``sql/measure/churn_v1.sql`` takes the shares seen in the days held out instead (``measure.churn_bands``).

P(nothing in the next t | x, t_x, T) of BG/NBD, MBG/NBD and Pareto/NBD; for the last see Fader, Hardie, Jerath,
Estimating CLV using aggregated data: the Tuscan Lifestyles case revisited (2007), on probabilities of future counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gristmill.engine import Engine, write_rows
from gristmill.measure import clv
from gristmill.measure.fitting import fit, rough
from gristmill.measure.numeric import Floats
from gristmill.measure.purchases import MODELS, Counts, Model

POINTS, NOTES = "measure.churn_points", "measure.churn_notes"
SETTINGS, COUNTS = "measure.churn_settings", "measure.churn_counts"
BANDS = "overdue bands"
"""What stands in where no model holds: shares seen in the days held out, by how overdue customers were."""
ALLOWED_MISS = 0.05
"""A share of customers told to buy nothing that misses the one seen by more than this is said."""

COLUMNS = {
    "period": "varchar",
    "repeat_purchases": "bigint",
    "last_repeat_days": "bigint",
    "observed_days": "bigint",
    "churn_probability": "double",
    "method": "varchar",
}
KINDS = dict.fromkeys(("period", "method", "level", "finding"), "none")
"""pii kinds of the text columns."""


@dataclass
class Found:
    """What is written at the end: chances of each period, and sentences about them."""

    points: list[tuple[str, Counts, Floats]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, level: str, method: str, finding: str) -> None:
        """Say a sentence."""
        self.notes.append((level, method, finding))


def find_chances(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Chances that customers of every history buy nothing in the next days, today and before the days held out."""
    found = Found()
    days, as_before = _settings(engine)
    model, parameters, unit = _chosen(engine, "all")
    if model is None or parameters is None:
        _without_model(engine, found, days)
    else:
        counts, _ = _counts(engine, "today", unit)
        found.points.append(("today", counts, 1 - model.buys(parameters, counts, days / unit)))
        found.note(
            "info", model.name, f"chances of buying nothing in {days:,} days, from the model of purchases"
        )
        _try(engine, found, model, days, unit, as_before=as_before)
    _write_points(engine, found, model.name if model else BANDS, unit)
    write_rows(engine, NOTES, dict.fromkeys(("level", "method", "finding"), "varchar"), found.notes)


def _settings(engine: Engine) -> tuple[int, bool]:
    """Days ahead, and whether the fit of customer value was tried on as many."""
    ahead = engine.rows(f"select churn_days from {SETTINGS}")
    tried = engine.rows(f"select holdout_days from {clv.SETTINGS}")
    # Templates are tried on empty relations, and then there are no settings either.
    days = int(ahead[0][0]) if ahead else 90
    return days, bool(tried) and int(tried[0][0]) == days


def _chosen(engine: Engine, period: str) -> tuple[Model | None, Floats | None, int]:
    """The model that customer value is told by, its parameters in that period where it converged, and the unit of time."""
    rows = engine.rows(
        f"select model, parameter, value, unit_days from {clv.MODEL}"
        " where period = $period and is_chosen and has_converged",
        {"period": period},
    )
    for model in MODELS:
        given = {parameter: value for name, parameter, value, _ in rows if name == model.name}
        if given:
            unit = next(unit for name, _, _, unit in rows if name == model.name)
            return model, np.array([given[name] for name in model.names]), int(unit)
    return None, None, 1


def _counts(engine: Engine, period: str, unit: int) -> tuple[Counts, Floats]:
    """Histories of a period in units of time, in a fixed order, and how many of each bought nothing later."""
    table = engine.fetch(
        "select cast(repeat_purchases as double) as x, cast(last_repeat_days as double) as t_x,"
        " cast(observed_days as double) as age, cast(n_customers as double) as n,"
        f" cast(coalesce(n_quiet, 0) as double) as quiet from {COUNTS} where period = $period order by 1, 2, 3",
        {"period": period},
    )
    x, t_x, age, n, quiet = (table.column(i).to_numpy() for i in range(5))
    return Counts(x, t_x / unit, age / unit, n), quiet


def _without_model(engine: Engine, found: Found, days: int) -> None:
    held, _ = _counts(engine, "holdout", 1)
    if held.n_customers:
        found.note(
            "warning",
            BANDS,
            f"no model of purchases holds; chances are the shares of {held.n_customers:,.0f} customers who bought"
            f" nothing in the last {days:,} days, by how often they had bought and how overdue they were",
        )
    else:
        found.note(
            "warning",
            BANDS,
            f"no model of purchases holds, and nobody had bought before the last {days:,} days: no chance is told",
        )


def _try(engine: Engine, found: Found, model: Model, days: int, unit: int, *, as_before: bool) -> None:
    """Chances as they would have been told before the days held out, set beside what came."""
    counts, quiet = _counts(engine, "holdout", unit)
    if not len(counts.x):
        found.note("warning", model.name, f"nobody had bought before the last {days:,} days: it is not tried")
        return
    parameters = _chosen(engine, "calibration")[1] if as_before else None
    if parameters is None:
        repeaters = counts.n[counts.x > 0].sum()
        peak = fit(model, counts, rough(counts)) if repeaters >= clv.LEAST_REPEATERS else None
        parameters = peak.parameters if peak is not None and peak.has_converged else None
    if parameters is None:
        said = f"does not fit what came before the last {days:,} days: it is not tried"
        found.note("warning", model.name, said)
        return
    chances = 1 - model.buys(parameters, counts, days / unit)
    found.points.append(("holdout", counts, chances))
    told, seen = float(counts.n @ chances) / counts.n_customers, float(quiet.sum()) / counts.n_customers
    found.note(
        "warning" if abs(told - seen) > ALLOWED_MISS else "info",
        model.name,
        f"tried on the last {days:,} days: {told:.1%} of customers were told to buy nothing, {seen:.1%} did",
    )


def _write_points(engine: Engine, found: Found, method: str, unit: int) -> None:
    import pyarrow as pa

    def days(values: Floats) -> Any:
        return pa.array(np.round(values * unit).astype(np.int64))

    cells = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items())
    tables = []
    for period, counts, chances in found.points:
        tables.append(
            pa.table(
                {
                    "period": pa.array([period] * len(counts.x), pa.string()),
                    "repeat_purchases": pa.array(counts.x.astype(np.int64)),
                    "last_repeat_days": days(counts.t_x),
                    "observed_days": days(counts.age),
                    "churn_probability": pa.array(np.round(np.clip(chances, 0.0, 1.0), 9)),
                    "method": pa.array([method] * len(counts.x), pa.string()),
                }
            )
        )
    if not tables:
        engine.make(POINTS, f"select {cells} where false")
        return
    table = pa.concat_tables(tables)
    engine.register("churn_points_found", table)
    engine.make(POINTS, "select * from churn_points_found")
    # What is registered stays in memory as long as the engine; an empty table takes its place.
    engine.register("churn_points_found", table.slice(0, 0))
