"""Cleaning against the sample data, which knows all its errors: what is set right, and what must stay."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PEOPLE = 2_000
BENCH = Path(__file__).parents[1] / "bench" / "clean_truth.py"


def loaded(path: Path) -> ModuleType:
    """A module of bench/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


truth = loaded(BENCH)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return truth.measure(tmp_path_factory.mktemp("truth"), people=PEOPLE)


def test_what_can_be_repaired_is(measured: Any) -> None:
    assert measured.share_repaired() >= 0.95
    assert sum(line.n for line in measured.repairable.values()) > PEOPLE / 2


def test_every_kind_of_error_that_can_be_repaired_is(measured: Any) -> None:
    """All but a family name ahead of the given name without a comma: both may be either."""
    kinds: dict[str, list[int]] = {}
    for (kind, _), line in measured.repairable.items():
        cells = kinds.setdefault(kind.split("+")[0], [0, 0])
        cells[0] += line.n
        cells[1] += line.n_right
    assert {kind for kind, (n, right) in kinds.items() if right < 0.95 * n} <= {"family_name_first"}
    assert len(kinds) >= 14


def test_right_cells_are_not_touched(measured: Any) -> None:
    assert measured.share_touched() < 0.001, [line.examples for line in measured.right.values()]
    assert sum(line.n for line in measured.right.values()) > 8 * PEOPLE
    assert set(measured.right) == {column for _, column in truth.COLUMNS.values()}


def test_what_says_nothing_is_emptied_and_nothing_is_made_up(measured: Any) -> None:
    assert measured.share_emptied() >= 0.99
    assert measured.share_changed() < 0.02
    for (kind, column, _), line in measured.gone.items():
        if kind == "missing":
            assert line.n_empty == line.n, (column, line.examples)


@pytest.mark.parametrize(
    ("column", "after", "right", "is_same"),
    [
        ("phone", "+821012345678", "010-1234-5678", True),
        ("phone", "+491512345678", "+49 1512345678", True),
        ("phone", "+821012345678", "010-1234-5679", False),
        ("birth_date", "1985-03-04", "1985년 3월 4일", True),
        ("birth_date", "1985-04-03", "1985-03-04", False),
        ("gender", "female", "F", True),
        ("gender", "male", "F", False),
        ("address", "12 Oak St.", "12 Oak Street", True),
        ("address", "12 Elm St", "12 Oak Street", False),
        ("company", "㈜한빛", "주식회사 한빛", True),
        ("full_name", "KIM", "Kim", False),
        ("full_name", None, "Kim", False),
    ],
)
def test_the_measure_tells_right_from_wrong(
    column: str, after: str | None, right: str, is_same: bool
) -> None:
    assert truth.same(column, after, right) is is_same
