"""Customer lifetime value: fit the models, choose one, try it on a holdout, and say what follows for every history.

Only histories with their number of customers are read, so a million customers are a few hundred thousand rows at
most; ``sql/measure/clv_v1.sql`` joins what follows back to customers. Where the data do not bear a model, a named simple estimate
stands in, and ``measure.clv_notes`` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gristmill.engine import Engine, write_rows
from gristmill.errors import ParameterError, Problem, did_you_mean, listed
from gristmill.measure import spend
from gristmill.measure.fitting import Prediction, fit, predict, rough, simple
from gristmill.measure.numeric import BORDER, Floats, Peak
from gristmill.measure.purchases import MODELS, Counts, Model

MODEL, POINTS, CALIBRATION, NOTES = (
    "measure.clv_model",
    "measure.clv_points",
    "measure.clv_calibration",
    "measure.clv_notes",
)
SETTINGS, COUNTS, SPENDS, CUSTOMERS = (
    "measure.clv_settings",
    "measure.clv_counts",
    "measure.clv_spends",
    "measure.clv_customers",
)
SIMPLE = "historical average"
"""The estimate that stands in where no model holds: mean rate times mean spend."""
BEST = "best"
GAMMA_GAMMA = "gamma_gamma"

LEAST_REPEATERS = 30
"""Fewer customers who bought again say too little about how customers differ."""
MANY = 7
"""Customers of this many repeat purchases and more are one line of the calibration."""
ALLOWED_MISS = 0.2
"""A total that misses the holdout by more than this share is said."""
ALLOWED_CORRELATION = 0.3
"""Spend and frequency that correlate more than this, the model of spend should not be trusted with."""

SHAPES: dict[str, dict[str, str]] = {
    MODEL: {
        "period": "varchar",
        "model": "varchar",
        "parameter": "varchar",
        "value": "double",
        "standard_error": "double",
        "log_likelihood": "double",
        "aic": "double",
        "n_customers": "bigint",
        "n_steps": "integer",
        "has_converged": "boolean",
        "is_chosen": "boolean",
        "unit_days": "integer",
    },
    CALIBRATION: {
        "model": "varchar",
        "frequency": "varchar",
        "n_customers": "bigint",
        "expected_purchases": "double",
        "actual_purchases": "bigint",
        "is_chosen": "boolean",
    },
    NOTES: {"part": "varchar", "level": "varchar", "method": "varchar", "finding": "varchar"},
}
"""Columns of the small relations; those of ``POINTS`` stand where it is written."""
KINDS = dict.fromkeys(
    ("period", "model", "parameter", "frequency", "part", "level", "method", "finding"), "none"
)
"""pii kinds of the text columns."""


@dataclass(frozen=True)
class Settings:
    """The row of measure.clv_settings."""

    unit: int
    horizon: int
    rate: float
    holdout: int
    model: str

    @property
    def terms(self) -> dict[str, float]:
        """What a prediction is made under."""
        return {"horizon": self.horizon / self.unit, "unit": float(self.unit), "rate": self.rate}


@dataclass
class Findings:
    """Rows of the small relations, as they are found."""

    model: list[tuple[Any, ...]] = field(default_factory=list)
    calibration: list[tuple[Any, ...]] = field(default_factory=list)
    notes: list[tuple[Any, ...]] = field(default_factory=list)

    def note(self, part: str, level: str, method: str, finding: str) -> None:
        """Say a sentence about the purchases, the spend or the holdout."""
        self.notes.append((part, level, method, finding))


def value_customers(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Fit models of purchases and spend, and what they expect of every history of purchases.

    Raises ParameterError when the model asked for does not exist.
    """
    settings = _settings(engine)
    found = Findings()
    counts, _ = _counts(engine, "all", settings.unit)
    peaks, reason = fits(counts, settings.model)
    chosen = choose(peaks, settings.model)
    _tell_purchases(found, counts, peaks, chosen, reason)
    _keep_models(found, "all", peaks, chosen, counts, settings.unit)
    _calibrate(engine, found, settings, chosen)
    _spends(engine, found)
    if chosen is None:
        expected = simple(counts, counts, **settings.terms)
    else:
        expected = predict(chosen, peaks[chosen.name].parameters, counts, **settings.terms)
    _write_points(engine, counts, expected, settings.unit, chosen.name if chosen else SIMPLE)
    for relation, rows in ((MODEL, found.model), (CALIBRATION, found.calibration), (NOTES, found.notes)):
        write_rows(engine, relation, SHAPES[relation], rows)


def fits(counts: Counts, wanted: str = BEST) -> tuple[dict[str, Peak], str | None]:
    """Each model's peak by name, and the reason why there is none: too few who bought again."""
    repeaters = int(counts.n[counts.x > 0].sum())
    if not counts.n_customers:
        return {}, "nobody bought"
    if not repeaters:
        return {}, f"none of {counts.n_customers:,.0f} customers bought on a second day"
    if repeaters < LEAST_REPEATERS:
        return {}, (
            f"only {repeaters:,} of {counts.n_customers:,.0f} customers bought on a second day;"
            f" a model needs {LEAST_REPEATERS}"
        )
    few = rough(counts)
    return {m.name: fit(m, counts, few) for m in MODELS if wanted in {BEST, m.name}}, None


def choose(peaks: Mapping[str, Peak], wanted: str) -> Model | None:
    """The model asked for, or the most likely of those that converged (all have four parameters); None when none did."""
    usable = [
        m for m in MODELS if m.name in peaks and peaks[m.name].has_converged and wanted in {BEST, m.name}
    ]
    return max(usable, key=lambda m: peaks[m.name].value, default=None)


def _settings(engine: Engine) -> Settings:
    rows = engine.rows(f"select unit_days, horizon_days, discount_rate, holdout_days, model from {SETTINGS}")
    # Templates are tried on empty relations, and then there are no settings either.
    settings = Settings(*rows[0]) if rows else Settings(7, 365, 0.1, 90, BEST)
    names = (BEST, *(m.name for m in MODELS))
    if settings.model not in names:
        raise ParameterError(
            Problem(
                f"clv_model is {settings.model!r}, which is no model of purchases.",
                expected=f"Models: {listed(names)}.",
                hint=did_you_mean(str(settings.model), names),
            )
        )
    return settings


def _counts(engine: Engine, period: str, unit: int) -> tuple[Counts, Floats]:
    """Histories of a period in units of time, in a fixed order, and purchases in the holdout of each."""
    table = engine.fetch(
        "select cast(repeat_purchases as double) as x, cast(last_repeat_days as double) as t_x,"
        " cast(observed_days as double) as age, cast(n_customers as double) as n,"
        f" cast(coalesce(n_holdout, 0) as double) as later from {COUNTS} where period = $period order by 1, 2, 3",
        {"period": period},
    )
    x, t_x, age, n, later = (table.column(i).to_numpy() for i in range(5))
    return Counts(x, t_x / unit, age / unit, n), later


def _tell_purchases(
    found: Findings, counts: Counts, peaks: Mapping[str, Peak], chosen: Model | None, reason: str | None
) -> None:
    if chosen is not None:
        found.note("purchases", "info", chosen.name, f"fitted on {counts.n_customers:,.0f} customers")
    else:
        reason = reason or "no model of purchases fits"
        found.note("purchases", "warning", SIMPLE, f"{reason}; all customers get the mean rate")
    for name, peak in peaks.items():
        if not peak.has_converged:
            found.note("purchases", "warning", name, why_not(name, peak))


def why_not(name: str, peak: Peak) -> str:
    """Why a peak is none, in a sentence."""
    names = spend.NAMES if name == GAMMA_GAMMA else next(m.names for m in MODELS if m.name == name)
    far = [
        n
        for n, v in zip(names, peak.parameters, strict=True)
        # v is in units of money, where no number is far.
        if n != "v" and not 10 / BORDER < v < BORDER / 10
    ]
    if far:
        return f"did not converge: {listed(far)} ran to a border, so the data do not say what it is"
    return f"did not converge in {peak.n_steps} steps"


def _keep_models(
    found: Findings, period: str, peaks: Mapping[str, Peak], chosen: Model | None, counts: Counts, unit: int
) -> None:
    for name, peak in peaks.items():
        names = next(m.names for m in MODELS if m.name == name)
        is_chosen = chosen is not None and chosen.name == name
        found.model += _model_rows(period, name, names, peak, int(counts.n_customers), is_chosen, unit)


def _model_rows(
    period: str, name: str, names: tuple[str, ...], peak: Peak, n: int, is_chosen: bool, unit: int | None
) -> list[tuple[Any, ...]]:
    about = (2 * len(names) - 2 * peak.value, n, peak.n_steps, peak.has_converged, is_chosen, unit)
    return [
        (period, name, parameter, float(value), _number(error), peak.value, *about)
        for parameter, value, error in zip(names, peak.parameters, peak.errors, strict=True)
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _calibrate(engine: Engine, found: Findings, settings: Settings, chosen: Model | None) -> None:
    """Fit without the last days, and set what is then expected of them beside what came."""
    counts, actual = _counts(engine, "calibration", settings.unit)
    if not len(counts.x):
        found.note(
            "holdout", "warning", SIMPLE, "no customer was known before the holdout period: nothing is tried"
        )
        return
    peaks, reason = fits(counts, settings.model)
    _keep_models(found, "calibration", peaks, chosen, counts, settings.unit)
    terms = {**settings.terms, "horizon": settings.holdout / settings.unit, "rate": 0.0}
    expected = {SIMPLE: simple(counts, counts, **terms).purchases}
    for model in MODELS:
        if model.name in peaks and peaks[model.name].has_converged:
            expected[model.name] = predict(model, peaks[model.name].parameters, counts, **terms).purchases
    used = chosen.name if chosen else SIMPLE
    groups = [(str(k), counts.x == k) for k in range(MANY)]
    groups += [(f"{MANY}+", counts.x >= MANY), ("all", counts.x >= 0)]
    for name, purchases in expected.items():
        for label, rows in groups:
            n = counts.n[rows]
            if n.sum():
                sums = (int(n.sum()), round(float(n @ purchases[rows]), 9), int(actual[rows].sum()))
                found.calibration.append((name, label, *sums, name == used))
    if used not in expected:
        said = reason or f"{used} does not fit what came before the holdout period"
        found.note("holdout", "warning", used, f"{said}: it is not tried")
        return
    hoped, came = float(counts.n @ expected[used]), float(actual.sum())
    told = f"{hoped:,.1f} purchases were expected in {settings.holdout} days, {came:,.0f} came"
    is_off = abs(hoped - came) > ALLOWED_MISS * max(came, 1.0)
    found.note("holdout", "warning" if is_off else "info", used, told)


def _spends(engine: Engine, found: Findings) -> None:
    """Fit the model of spend, or say why it cannot be had."""
    table = engine.fetch(
        "select cast(n_spends as double) as x, mean_spend, cast(n_customers as double) as n"
        f" from {SPENDS} order by n_spends, band"
    )
    spends = spend.Spends(*(table.column(i).to_numpy() for i in range(3)))
    left_out = int(
        engine.scalar(f"select count(*) from {CUSTOMERS} where n_spends > 0 and mean_repeat_spend <= 0")
    )
    if left_out:
        said = f"{left_out:,} customers spent nothing on repeat purchases after refunds and are not fitted on"
        found.note("spend", "info", GAMMA_GAMMA, said)
    n = int(spends.n.sum())
    if n < LEAST_REPEATERS:
        said = f"only {n:,} customers have repeat purchases of an amount above 0; a model needs {LEAST_REPEATERS}"
        found.note("spend", "warning", SIMPLE, f"{said}; customers keep their own mean")
        return
    related = spend.correlation(spends)
    peak = spend.fit(spends)
    holds = bool(peak.has_converged and peak.parameters[1] > 1)
    found.model += _model_rows("all", GAMMA_GAMMA, spend.NAMES, peak, n, holds, None)
    if holds:
        found.note("spend", "info", GAMMA_GAMMA, f"fitted on {n:,} customers who bought again")
    elif peak.has_converged:
        said = f"q is {peak.parameters[1]:.3f}: at 1 and below the mean spend of all customers does not exist"
        found.note("spend", "warning", SIMPLE, f"{said}; customers keep their own mean")
    else:
        found.note("spend", "warning", SIMPLE, f"{why_not(GAMMA_GAMMA, peak)}; customers keep their own mean")
    if related is not None:
        is_high = abs(related) > ALLOWED_CORRELATION
        said = f"frequency and mean spend correlate by {related:.3f}; the model takes them to be unrelated"
        found.note("spend", "warning" if is_high else "info", GAMMA_GAMMA, said)


def _write_points(engine: Engine, counts: Counts, expected: Prediction, unit: int, method: str) -> None:
    import pyarrow as pa

    def days(values: Floats) -> Any:
        return pa.array(np.round(values).astype(np.int64))

    alive = (
        pa.nulls(len(counts.x), pa.float64())
        if expected.alive is None
        else pa.array(np.round(expected.alive, 9))
    )
    table = pa.table(
        {
            "repeat_purchases": days(counts.x),
            "last_repeat_days": days(counts.t_x * unit),
            "observed_days": days(counts.age * unit),
            "probability_alive": alive,
            "expected_purchases": pa.array(np.round(expected.purchases, 9)),
            "discounted_purchases": pa.array(np.round(expected.discounted, 9)),
        }
    )
    engine.register("clv_points_found", table)
    engine.make(
        POINTS, "select *, cast($method as varchar) as method from clv_points_found", {"method": method}
    )
    # What is registered stays in memory as long as the engine; an empty table takes its place.
    engine.register("clv_points_found", table.slice(0, 0))
