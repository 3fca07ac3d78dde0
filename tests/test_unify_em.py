"""Training on patterns drawn from a known model must give that model back, and few data must not break it."""

from __future__ import annotations

import numpy as np
import pytest

from gristmill.unify.em import COLUMNS, DEFAULTS, Patterns, fit, model_rows

NO_PATTERNS = np.zeros((0, len(COLUMNS)), dtype=np.int64)


def drawn(n_matches: int, n_strangers: int, n_all: float, agree: float) -> Patterns:
    """Pairs that show a birth date, a given name and a company; matches agree on each with chance ``agree``."""
    chance = np.random.default_rng(7)
    shown = [COLUMNS.index(c) for c in ("birth", "given", "company")]
    best = [len(DEFAULTS[COLUMNS[c]]) - 1 for c in shown]

    def pairs(n: int, p: float) -> np.ndarray:
        table = np.full((n, len(COLUMNS)), -1, dtype=np.int64)
        for column, top in zip(shown, best, strict=True):
            table[:, column] = np.where(chance.random(n) < p, top, 0)
        return table

    candidates = np.vstack([pairs(n_matches, agree), pairs(n_strangers, 0.01)])
    sample = pairs(50_000, 0.0001)
    levels, place = np.unique(np.vstack([candidates, sample]), axis=0, return_inverse=True)
    place = place.ravel()
    return Patterns(
        levels=levels,
        candidates=np.bincount(place[: len(candidates)], minlength=len(levels)).astype(np.float64),
        sampled=np.bincount(place[len(candidates) :], minlength=len(levels)).astype(np.float64),
        n_all_pairs=n_all,
        u_same={},
    )


def test_training_finds_the_chances_the_pairs_were_drawn_with() -> None:
    model = fit(drawn(5000, 20_000, 12_500_000.0, 0.9))
    assert model.has_converged
    assert model.m["birth"][-1] == pytest.approx(0.9, abs=0.02)
    assert model.m["company"][-1] == pytest.approx(0.9, abs=0.02)
    assert model.prior * 12_500_000 == pytest.approx(5000, rel=0.03)


def test_without_any_pair_the_defaults_come_back() -> None:
    model = fit(Patterns(NO_PATTERNS, np.zeros(0), np.zeros(0), 0.0, {}))
    for column in COLUMNS:
        assert model.m[column] == pytest.approx([m for m, _ in DEFAULTS[column]], rel=0.01)
    assert 0 < model.prior < 0.01


def test_the_same_patterns_give_the_same_model() -> None:
    patterns = drawn(300, 900, 500_000.0, 0.8)
    assert model_rows(fit(patterns)) == model_rows(fit(patterns))


def test_chances_of_a_column_add_up_to_one_and_are_never_zero() -> None:
    model = fit(drawn(50, 50, 5_000.0, 0.7))
    for column in COLUMNS:
        for chances in (model.m[column], model.u[column], model.h[column]):
            assert chances.sum() == pytest.approx(1.0)
            assert (chances > 0).all()


def test_defaults_are_chances() -> None:
    for column, levels in DEFAULTS.items():
        assert sum(m for m, _ in levels) == pytest.approx(1.0), column
        assert sum(u for _, u in levels) == pytest.approx(1.0, abs=0.02), column
