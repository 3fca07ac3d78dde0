"""Learn from the data what agreement and disagreement of each column mean.

Two chances a level are wanted: ``m``, of seeing it between records of one person, and ``u``, between
records of two. ``m`` is found by expectation and maximisation over the candidate pairs, ``u`` from pairs drawn by
chance, with the few matches among them weighed out. A third chance, ``h``, is that of two people of one household,
who share surname, address and phone and differ in given name and birth date: without it a
family would look like one person. In a table of things it is that of two things of one series: songs of
an album, models of a maker, which share all but the text that names them. Every pair that no key proposed counts as
two people, so the prior is a share of *all* pairs and the answer does not hang on which keys there were.

Only the table of patterns is read (levels and how many pairs show them), never the pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gristmill.engine import Engine

Row = tuple[str, int | None, float, float, float, float, float]
"""One row of ``unify.model``: column, level, m, u, h, weight, household weight."""
_TEXT = (
    (0.05, 0.932),
    (0.06, 0.05),
    (0.10, 0.012),
    (0.02, 0.001),
    (0.15, 0.003),
    (0.22, 0.001),
    (0.40, 0.001),
)
_CODE = ((0.12, 0.96), (0.08, 0.01), (0.80, 0.03))
_NUMBER = ((0.12, 0.87), (0.05, 0.09), (0.08, 0.03), (0.75, 0.01))

DEFAULTS: dict[str, tuple[tuple[float, float], ...]] = {
    "given": ((0.04, 0.95), (0.02, 0.03), (0.05, 0.008), (0.02, 0.004), (0.01, 0.00002), (0.86, 0.006)),
    "family": ((0.04, 0.95), (0.02, 0.03), (0.05, 0.008), (0.02, 0.004), (0.01, 0.00002), (0.86, 0.006)),
    "email": ((0.15, 0.999), (0.05, 0.0005), (0.05, 0.00001), (0.75, 0.000005)),
    "phone": ((0.15, 0.999), (0.05, 0.00001), (0.80, 0.00001)),
    "birth": ((0.02, 0.944), (0.01, 0.04), (0.015, 0.0125), (0.01, 0.0025), (0.05, 0.0009), (0.895, 0.00005)),
    "place": ((0.12, 0.97), (0.05, 0.01), (0.08, 0.015), (0.75, 0.005)),
    "address": ((0.15, 0.97), (0.10, 0.028), (0.15, 0.001), (0.60, 0.0001)),
    "company": ((0.10, 0.99), (0.10, 0.002), (0.80, 0.005)),
    **dict.fromkeys(("text_1", "text_2", "text_3"), _TEXT),
    **dict.fromkeys(("code_1", "code_2", "code_3", "code_4"), _CODE),
    **dict.fromkeys(("number_1", "number_2"), _NUMBER),
}
"""(m, u) a level, level 0 first: what is believed before any data, and all there is when data are few."""

COLUMNS = tuple(DEFAULTS)

HOUSEHOLD: dict[str, tuple[float, ...]] = {
    "family": (0.15, 0.01, 0.02, 0.02, 0.0001, 0.80),
    "email": (0.93, 0.01, 0.01, 0.05),
    "phone": (0.65, 0.01, 0.34),
    "place": (0.03, 0.02, 0.05, 0.90),
    "address": (0.08, 0.05, 0.07, 0.80),
}
"""h a level for what a household shares; in all other columns its members are strangers."""

_ALIKE = (0.05, 0.05, 0.10, 0.05, 0.15, 0.20, 0.40)
_RELATIVE = (0.60, 0.15, 0.12, 0.11, 0.016, 0.002, 0.001)
SIBLING: dict[str, tuple[float, ...]] = {
    "text_1": _RELATIVE,
    "text_2": _ALIKE,
    "text_3": _ALIKE,
    **dict.fromkeys(("code_1", "code_2", "code_3", "code_4"), (0.25, 0.05, 0.70)),
    **dict.fromkeys(("number_1", "number_2"), (0.55, 0.15, 0.15, 0.15)),
}
"""h a level in a table of things: songs of one album or models of one maker share all but the text that names them.

``text_1`` is the text with most different values, which is to say the name of the thing."""

M_BELIEF = 10.0
"""The defaults of ``m`` count as much as this many matches."""

TEXTS = ("text_1", "text_2", "text_3")
TEXT_BELIEF = 0.2
"""What is believed of a text's ``m`` counts as this many times the matches besides: a match is more than a few words."""

NAMING = "text_1"
SIBLING_BELIEF = 20.0
"""What is believed of how the names of two things of one series differ; were it learned, spelling variants would pass for a series."""

MODEL_COLUMNS = ("column_name", "level", "m", "u", "h", "weight", "household_weight")

U_BELIEF = 100.0
"""The defaults of ``u`` count as much as this many pairs drawn by chance."""

MOST_ROUNDS = 500
TOLERANCE = 1e-7

Levels = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Patterns:
    """Combinations of levels and how often they are seen."""

    levels: Levels
    """Shape (patterns, columns); -1 where either record is silent."""
    candidates: Floats
    """Candidate pairs of each pattern."""
    sampled: Floats
    """Pairs drawn by chance of each pattern."""
    n_all_pairs: float
    """All pairs there are, proposed or not."""
    u_same: Mapping[str, float]
    """Chance that two people share an identical value, for columns where a sample is too small to show it."""


@dataclass(frozen=True)
class Model:
    """What was learned; ``m``, ``u`` and ``h`` hold one array a column, level 0 first."""

    prior: float
    """Share of all pairs that are one person."""
    prior_household: float
    """Share of all pairs that are two people of one household."""
    m: dict[str, Floats]
    u: dict[str, Floats]
    h: dict[str, Floats]
    """Equal to ``u`` in columns that a household does not share."""
    n_rounds: int
    has_converged: bool
    log_likelihood: float


def estimate(engine: Engine, _params: Mapping[str, Any] | None = None) -> None:
    """Write ``unify.model`` (``MODEL_COLUMNS``, weights in bits) and ``unify.training`` (one row on how it went).

    The row ``prior`` of the model has no level: its m is the share of all pairs that are one person.
    """
    patterns = read_patterns(engine)
    model = fit(patterns)
    write_model(engine, model_rows(model))
    write_training(engine, patterns, model)


def write_training(engine: Engine, patterns: Patterns | None = None, model: Model | None = None) -> None:
    """Write ``unify.training``: how learning went; without a model one that was pinned, of which nothing is known but that."""
    told: dict[str, Any] = dict.fromkeys(
        (
            "n_patterns",
            "n_candidates",
            "n_sampled",
            "n_all_pairs",
            "n_rounds",
            "has_converged",
            "log_likelihood",
            "expected",
            "household",
        )
    )
    if patterns is not None and model is not None:
        told = {
            "n_patterns": len(patterns.levels),
            "n_candidates": int(patterns.candidates.sum()),
            "n_sampled": int(patterns.sampled.sum()),
            "n_all_pairs": int(patterns.n_all_pairs),
            "n_rounds": model.n_rounds,
            "has_converged": model.has_converged,
            "log_likelihood": round(model.log_likelihood, 3),
            "expected": round(model.prior * patterns.n_all_pairs, 1),
            "household": round(model.prior_household * patterns.n_all_pairs, 1),
        }
    engine.make(
        "unify.training",
        "select cast($n_patterns as bigint) as n_patterns, cast($n_candidates as bigint) as n_candidates,"
        " cast($n_sampled as bigint) as n_sampled, cast($n_all_pairs as bigint) as n_all_pairs,"
        " cast($n_rounds as bigint) as n_rounds, cast($has_converged as boolean) as has_converged,"
        " cast($log_likelihood as double) as log_likelihood, cast($expected as double) as n_expected_matches,"
        " cast($household as double) as n_expected_household, cast($is_pinned as boolean) as is_pinned",
        {**told, "is_pinned": model is None},
    )


def write_model(engine: Engine, rows: Sequence[Row]) -> None:
    """Write ``unify.model``; ``rows`` are as ``MODEL_COLUMNS`` says."""
    engine.make(
        "unify.model",
        "select unnest(cast($column_name as varchar[])) as column_name, unnest(cast($level as integer[])) as level,"
        " unnest(cast($m as double[])) as m, unnest(cast($u as double[])) as u, unnest(cast($h as double[])) as h,"
        " unnest(cast($weight as double[])) as weight,"
        " unnest(cast($household_weight as double[])) as household_weight",
        {name: [row[place] for row in rows] for place, name in enumerate(MODEL_COLUMNS)},
    )


def read_patterns(engine: Engine) -> Patterns:
    """Read the pattern table in a fixed order, so that sums come out the same on every machine."""
    names = ", ".join(f"coalesce({column}_level, -1)" for column in COLUMNS)
    rows = engine.rows(
        f"select {names},"
        " cast(sum(case when population = 'candidate' then n_pairs else 0 end) as bigint),"
        " cast(sum(case when population = 'sample' then n_pairs else 0 end) as bigint)"
        " from unify.patterns group by all order by all"
    )
    width = len(COLUMNS)
    table = np.array(rows, dtype=np.int64).reshape(len(rows), width + 2)
    n_people, n_twins = engine.rows(
        "select count(*) filter (twin_id = contact_id), count(*) filter (twin_id < contact_id) from unify.records"
    )[0]
    return Patterns(
        levels=table[:, :width],
        candidates=table[:, width].astype(np.float64),
        sampled=table[:, width + 1].astype(np.float64),
        n_all_pairs=n_people * (n_people - 1) / 2 + n_twins,
        u_same=dict(engine.rows("select column_name, u_same from unify.chances order by column_name")),
    )


def fit(patterns: Patterns) -> Model:
    """Repeat expectation and maximisation until nothing moves; with no pairs the defaults come back."""
    m = {column: _believed(level[0] for level in DEFAULTS[column]) for column in COLUMNS}
    # Pairs drawn by chance are nearly all strangers: to begin with beliefs here would take a common code for evidence.
    u = {
        column: _u_of(patterns.levels[:, place], patterns.sampled, column, patterns.u_same)
        for place, column in enumerate(COLUMNS)
    }
    shared = _shared(patterns)
    h = {column: _believed(shared[column]) if column in shared else u[column] for column in COLUMNS}
    model = Model(_prior(0.0, patterns), _prior(0.0, patterns) / 10, m, u, h, 0, False, 0.0)
    while model.n_rounds < MOST_ROUNDS and not model.has_converged:
        model = _round(patterns, model)
    return model


def model_rows(model: Model) -> list[tuple[str, int | None, float, float, float, float, float]]:
    """Rows of ``unify.model``; weights in bits, rounded so that the last digit of a processor does not matter."""
    strangers = 1 - model.prior - model.prior_household
    found: list[tuple[str, int | None, float, float, float]] = [
        ("prior", None, model.prior, strangers, model.prior_household)
    ]
    for column in COLUMNS:
        levels = zip(model.m[column], model.u[column], model.h[column], strict=True)
        found.extend((column, level, float(m), float(u), float(h)) for level, (m, u, h) in enumerate(levels))
    return [
        (column, level, _six(m), _six(u), _six(h), round(math.log2(m / u), 4), round(math.log2(m / h), 4))
        for column, level, m, u, h in found
    ]


def _believed(chances: Iterable[float]) -> Floats:
    """Chances that add up to one."""
    given = np.array(list(chances), dtype=np.float64)
    shares: Floats = given / given.sum()
    return shares


def _six(chance: float) -> float:
    return float(f"{chance:.6g}")


def _prior(n_matches: float, patterns: Patterns) -> float:
    # One match in a thousand pairs is believed before any data: it keeps tiny inputs off 0 and 1.
    return (n_matches + 1.0) / (patterns.n_all_pairs + 1000.0)


def _is_of_things(patterns: Patterns) -> bool:
    """No person is named in the table, and there are texts."""
    known = {column for place, column in enumerate(COLUMNS) if (patterns.levels[:, place] >= 0).any()}
    return bool(known & set(TEXTS)) and not known & {"given", "family", "email", "phone"}


def _shared(patterns: Patterns) -> Mapping[str, tuple[float, ...]]:
    """Columns that two of one household, or two things of one series, have in common."""
    return SIBLING if _is_of_things(patterns) else HOUSEHOLD


def _most_matches(patterns: Patterns) -> float:
    """How many matches the prior may stand for: no limit for people; for things with texts one for two records.

    A table of things has groups within groups (same title; same make and model; same make). Held to few
    matches, training settles on the tightest group; where real groups are larger, strong evidence outweighs it.
    """
    if not _is_of_things(patterns):
        return math.inf
    return 0.25 * (1 + math.sqrt(1 + 8 * patterns.n_all_pairs))


def _round(patterns: Patterns, model: Model) -> Model:
    """One expectation and one maximisation."""
    logs = np.vstack(
        [
            _log_chance(patterns, model.prior, model.m),
            _log_chance(patterns, model.prior_household, model.h),
            _log_chance(patterns, 1 - model.prior - model.prior_household, model.u),
        ]
    )
    total = np.logaddexp(np.logaddexp(logs[0], logs[1]), logs[2])
    is_match, is_household, is_stranger = np.exp(logs - total)
    m, u, h = {}, {}, {}
    shared = _shared(patterns)
    for place, column in enumerate(COLUMNS):
        levels = patterns.levels[:, place]
        m[column] = _m_of(
            levels,
            patterns.candidates * is_match,
            _believed(level[0] for level in DEFAULTS[column]),
            TEXT_BELIEF if column in TEXTS else 0.0,
        )
        u[column] = _u_of(levels, patterns.sampled * is_stranger, column, patterns.u_same)
        if column in TEXTS:
            u[column] = _with_alike(u[column], _u_of(levels, patterns.sampled, column, patterns.u_same))
        if column in shared:
            h[column] = _m_of(
                levels,
                patterns.candidates * is_household,
                _believed(shared[column]),
                SIBLING_BELIEF if column == NAMING and shared is SIBLING else 0.0,
            )
        else:
            h[column] = u[column]
    prior = _prior(min(float(patterns.candidates @ is_match), _most_matches(patterns)), patterns)
    household = (float(patterns.candidates @ is_household) + 0.1) / (patterns.n_all_pairs + 1000.0)
    moved = max(float(np.abs(m[column] - model.m[column]).max()) for column in COLUMNS)
    moved = max(moved, abs(math.log(prior / model.prior)))
    likelihood = float(patterns.candidates @ total)
    return Model(prior, household, m, u, h, model.n_rounds + 1, moved < TOLERANCE, likelihood)


def _log_chance(patterns: Patterns, prior: float, chances: Mapping[str, Floats]) -> Floats:
    """Logarithm of the chance to be of one kind and to show each pattern."""
    logs: Floats = np.full(len(patterns.levels), math.log(prior))
    for place, column in enumerate(COLUMNS):
        level = patterns.levels[:, place]
        is_known = level >= 0
        logs[is_known] += np.log(chances[column])[level[is_known]]
    return logs


def _m_of(levels: Levels, weights: Floats, belief: Floats, share: float = 0.0) -> Floats:
    """``share``: the belief counts as this many times the matches besides, so that it never fades."""
    seen = _tally(levels, weights, len(belief))
    n_believed = M_BELIEF + share * seen.sum()
    found: Floats = (seen + n_believed * belief) / (seen.sum() + n_believed)
    return found


def _with_alike(u: Floats, raw: Floats) -> Floats:
    """Chances of strangers in which texts that share some words are those of all pairs drawn by chance.

    Of a thousand cameras of one make many share their words. Were those pairs weighed out as matches,
    training could settle on "same make" as what a match is; few real matches are lost by not doing so.
    """
    found = u.copy()
    found[1:-2] = np.maximum(u[1:-2], raw[1:-2])
    shares: Floats = found / found.sum()
    return shares


def _u_of(levels: Levels, weights: Floats, column: str, u_same: Mapping[str, float]) -> Floats:
    default = _believed(level[1] for level in DEFAULTS[column])
    seen = _tally(levels, weights, len(default))
    found = (seen + U_BELIEF * default) / (seen.sum() + U_BELIEF)
    # What a sample of this size did not show may still be half as likely as its smallest share.
    found = np.maximum(found, 0.5 / (seen.sum() + 50_000.0))
    # Of whole texts that are the same most are of one thing, so their share says nothing about two.
    if column in u_same and column not in TEXTS:
        found[-1] = u_same[column]
    total: Floats = found / found.sum()
    return total


def _tally(levels: Levels, weights: Floats, n_levels: int) -> Floats:
    is_known = levels >= 0
    tally: Floats = np.bincount(levels[is_known], weights=weights[is_known], minlength=n_levels).astype(
        np.float64
    )
    return tally
