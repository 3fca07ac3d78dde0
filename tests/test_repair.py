"""Errors that nobody listed: each rule on a small table, whole tables with known truth, and what must never happen."""

from __future__ import annotations

import csv
import random
import string
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gristmill import repair
from gristmill.engine.duckdb import DuckDBEngine

DATA = Path(__file__).parents[2] / "shared" / "data"
Row = Sequence[str | None]


class Mended:
    """A table after repair, and the list of what was changed or proposed."""

    def __init__(self, rows: Sequence[Row], **options: Any) -> None:
        with DuckDBEngine(threads=2) as engine:
            cells = [(i, j, value or None) for i, row in enumerate(rows) for j, value in enumerate(row)]
            engine.register("given", _arrow(cells))
            engine.make(repair.CELLS, "select * from given")
            repair.mend(engine, **options)
            self.rows = [list(row) for row in rows]
            for i, j, value in engine.rows(f"select row_id, column_no, value from {repair.CELLS}"):
                self.rows[i][j] = value
            self.log = engine.rows(
                "select row_id, column_no, before, after, rule, confidence, is_applied"
                f" from {repair.CHANGES} order by all"
            )

    def applied(self) -> dict[tuple[int, int], tuple[str | None, str]]:
        """(row, column) → value after, rule."""
        return {(r, c): (after, rule) for r, c, _, after, rule, _, made in self.log if made}

    def proposed(self) -> dict[tuple[int, int], tuple[str | None, str]]:
        """(row, column) → value that was not sure enough, rule."""
        return {(r, c): (after, rule) for r, c, _, after, rule, _, made in self.log if not made}


def _arrow(cells: Iterable[tuple[int, int, str | None]]) -> pa.Table:
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return pa.table(
        {
            "row_id": pa.array(rows, pa.int64()),
            "column_no": pa.array(columns, pa.int32()),
            "value": pa.array(values, pa.string()),
        }
    )


PLACES = [("06236", "강남구", "서울특별시"), ("48058", "해운대구", "부산광역시"), ("34126", "유성구", "대전광역시"),
          ("61945", "서구", "광주광역시"), ("21554", "남동구", "인천광역시"), ("44675", "남구", "울산광역시")]  # fmt: skip


def addresses(n: int = 60) -> list[list[str | None]]:
    """Rows of key, postcode, district, province: each postcode has one district, each district one province."""
    return [[str(i), *PLACES[i % len(PLACES)]] for i in range(n)]


def test_a_value_unlike_the_others_of_its_group_is_mended() -> None:
    rows = addresses()
    rows[6][2], rows[13][3] = "강넘구", "대전광역시"
    done = Mended(rows)
    assert done.rows == addresses()
    assert {rule for _, rule in done.applied().values()} == {"unlike the others of its group"}


def test_a_missing_value_is_filled_from_its_group_and_only_where_the_group_has_one() -> None:
    rows = addresses()
    rows[6][3] = None
    for i in range(1, 60, 6):
        rows[i][3] = None
    done = Mended(rows)
    assert done.rows[6][3] == "서울특별시"
    assert all(done.rows[i][3] is None for i in range(1, 60, 6)), "nobody knows the province of 48058"


def test_a_row_that_differs_from_its_group_in_several_known_ways_is_another_thing() -> None:
    rows = addresses()
    rows[6] = ["6", "06236", "해운대구", "부산광역시"]
    done = Mended(rows)
    assert done.rows[6][2:] == ["해운대구", "부산광역시"], "the postcode may be wrong, or the row right"


def test_values_that_come_in_numbers_are_no_errors() -> None:
    rows = addresses()
    for i in range(0, 60, 12):
        rows[i][2] = "서초구"
    assert Mended(rows).rows == rows


def test_codes_one_letter_apart_stay_where_their_row_speaks_for_them() -> None:
    rows: list[list[str | None]] = [[str(i), "al", f"al_hf-{i % 4}", f"hf-{i % 4}"] for i in range(80)]
    rows += [[str(80 + i), "ak", f"ak_hf-{i % 4}", f"hf-{i % 4}"] for i in range(12)]
    assert Mended(rows).rows == rows


def test_a_rare_misspelling_of_a_frequent_value_is_mended_but_never_another_digit() -> None:
    rows: list[list[str | None]] = [
        [str(i), ["Birmingham", "Montgomery", "Huntsville"][i % 3], f"ward {i % 3}"] for i in range(240)
    ]
    rows[7][1], rows[8][2] = "Montgomrey", "ward 7"
    rows[9][1] = "BIRMINGHAM"
    done = Mended(rows)
    assert done.rows[7][1] == "Montgomery"
    assert done.rows[9][1] == "Birmingham"
    assert done.rows[8][2] == "ward 7"


def test_first_names_one_letter_apart_are_not_misspellings() -> None:
    names = ["Anna", "Anne", "Hanna", "Jon", "John", "Joan", "Mia", "Mira", "Lena", "Lina", "Elena", "Nina"]
    rows: list[list[str | None]] = [[str(i), names[i % len(names)]] for i in range(240)]
    rows += [["240", "Hanne"], ["241", "Jona"], ["242", "Minna"]]
    assert Mended(rows).rows == rows


def test_one_unit_written_in_several_ways_becomes_the_number() -> None:
    rows = [[str(i), ["12.0 oz", "16.0 oz.", "12.0 ounce", "8.4 OZ."][i % 4]] for i in range(40)]
    done = Mended(rows)
    assert {row[1] for row in done.rows} == {"12", "16", "8.4"}


def test_a_unit_that_all_rows_share_stays_and_its_misspelling_is_mended() -> None:
    rows = [[str(i), f"{i % 7 + 2} patients"] for i in range(200)]
    rows[3][1] = "5 patiexts"
    rows[4][1] = "1 patient"
    done = Mended(rows)
    assert done.rows[3][1] == "5 patients"
    assert done.rows[4][1] == "1 patient"
    assert done.rows[5] == rows[5]


def test_different_units_are_never_stripped() -> None:
    rows = [[str(i), ["500 g", "2 kg", "750 g", "1 kg"][i % 4]] for i in range(40)]
    assert Mended(rows).rows == rows


def test_percent_signs_go_only_where_the_numbers_are_of_one_size() -> None:
    same = [[str(i), f"0.0{i % 7 + 1}" + ("%" if i % 3 == 0 else "")] for i in range(60)]
    other = [[str(i), f"{i % 7 + 1}%" if i % 3 == 0 else f"0.0{i % 7 + 1}"] for i in range(60)]
    assert all("%" not in str(row[1]) for row in Mended(same).rows)
    assert Mended(other).rows == other


def test_a_province_behind_the_city_moves_to_its_empty_column() -> None:
    rows: list[list[str | None]] = [[str(i), f"Town{i % 9}", ["CO", "TX", "MO"][i % 3]] for i in range(90)]
    for i in (4, 15, 29, 38):
        rows[i] = [str(i), f"{rows[i][1]} {rows[i][2]}", None]
    done = Mended(rows)
    assert [done.rows[i][1:] for i in (4, 15)] == [["Town4", "TX"], ["Town6", "CO"]]


def test_a_word_for_nothing_among_numbers_is_emptied_and_elsewhere_stays() -> None:
    rows = [
        [str(i), "N/A" if i % 3 == 0 else str(i % 50), "N/A" if i % 3 == 0 else "note"] for i in range(60)
    ]
    done = Mended(rows)
    assert done.rows[0][1:] == [None, "N/A"]


def test_what_a_spreadsheet_made_of_ranges_and_thousands_is_turned_back() -> None:
    rows = [[str(i), f"{100 + i}-{110 + i}", str(1000 + 37 * i)] for i in range(60)]
    rows[5][1], rows[6][2] = "12-Aug", "2,345"
    done = Mended(rows)
    assert done.rows[5][1] == "8-12"
    assert done.rows[6][2] == "2345"


def test_sources_that_contradict_each_other_are_put_to_the_vote() -> None:
    draw = random.Random(3)
    truth = {
        f"AA-{k}": (f"{k % 12 + 1}:{k * 7 % 60:02d} a.m.", f"{k % 11 + 1}:{k * 13 % 60:02d} p.m.")
        for k in range(30)
    }
    rows: list[list[str | None]] = []
    wrong = 0
    for flight, times in truth.items():
        for s in range(12):
            told: list[str | None] = list(times)
            for j in range(2):
                if draw.random() < 0.25:
                    told[j] = (
                        None
                        if draw.random() < 0.3
                        else f"{draw.randrange(1, 13)}:{draw.randrange(60):02d} a.m."
                    )
                    wrong += 1
            rows.append([str(len(rows)), f"src-{string.ascii_lowercase[s]}", flight, *told])
    done = Mended(rows)
    left = sum(row[3 + j] != truth[str(row[2])][j] for row in done.rows for j in range(2))
    assert wrong > 100
    assert left == 0


def test_prices_that_differ_from_shop_to_shop_are_not_put_to_the_vote() -> None:
    draw = random.Random(4)
    rows = [
        [
            str(s * 40 + p),
            f"shop {string.ascii_lowercase[s]}",
            f"product {string.ascii_lowercase[p % 26]}{p}",
            f"{p * 3 + draw.choice([0, 0, 1, 2])}.90",
        ]
        for s in range(10)
        for p in range(1, 40)
    ]
    assert Mended(rows).rows == rows


def test_outliers_and_disorders_are_proposed_and_never_changed() -> None:
    rows: list[list[str | None]] = [
        [str(i), str(900 + 7 * (i % 30)), f"2026-01-{i % 20 + 1:02d}", f"2026-02-{i % 20 + 1:02d}"]
        for i in range(200)
    ]
    rows[3][1], rows[4][1] = "94200", "5"
    rows[5][3] = "2025-02-01"
    done = Mended(rows)
    assert done.rows == rows
    assert done.proposed()[3, 1] == ("942", "number off by a factor")
    assert done.proposed()[4, 1][0] is None
    assert done.proposed()[5, 3] == (None, "earlier than a date it always follows")


def test_a_rule_switched_off_is_listed_and_not_made() -> None:
    rows = addresses()
    rows[6][2] = "강넘구"
    done = Mended(rows, rules_off=("unlike the others of its group",))
    assert done.rows == rows
    assert done.proposed()[6, 2][0] == "강남구"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["only"]],
        [[None, None]] * 30,
        [["same", "same"]] * 50,
        [["x" * 1_000_000, "a"], ["x" * 1_000_000 + "y", "b"]] * 15,
        [[f"{chr(0xAC00 + i)}{chr(0x1F600 + i % 50)}\u202e\x00", "'; drop table x; --"] for i in range(60)],
        [[str(10**i), "-0", "1e5", "NaN", "inf"] for i in range(40)],
    ],
    ids=["no rows", "one cell", "all empty", "one value", "a megabyte", "hostile", "odd numbers"],
)
def test_odd_tables_come_out_as_they_went_in(rows: list[list[str | None]]) -> None:
    assert Mended(rows).rows == [list(row) for row in rows]


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.15))
def test_repairing_what_was_repaired_changes_nothing(seed: int, rate: float) -> None:
    draw = random.Random(seed)
    rows = addresses(draw.choice([40, 90, 240]))
    for row in rows:
        for j in range(1, 4):
            if draw.random() < rate:
                row[j] = draw.choice(
                    [None, draw.choice(PLACES)[j - 1], str(row[j])[1:], str(row[j]) + draw.choice("xz 1")]
                )
    once = Mended(rows)
    assert not Mended(once.rows).applied()
    assert Mended(rows).log == once.log


def _read(path: Path) -> list[list[str | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[cell or None for cell in row] for row in csv.reader(file)][1:]


@pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not here")
@pytest.mark.parametrize(("name", "least"), [("hospital", 0.95), ("beers", 0.99)])
def test_published_tables_are_repaired_better_than_the_published_methods(name: str, least: float) -> None:
    """F1 of changed cells; Baran (Mahdavi and Abedjan, 2020) has .616 and .955."""
    dirty, clean = _read(DATA / name / "dirty.csv"), _read(DATA / name / "clean.csv")
    done = Mended(dirty)
    cells = [
        (d, f, c) for rows in zip(dirty, done.rows, clean, strict=True) for d, f, c in zip(*rows, strict=True)
    ]
    changed = sum(d != f for d, f, _ in cells)
    right = sum(d != f and f == c for d, f, c in cells)
    wrong = sum(d != c for d, _, c in cells)
    assert 2 * right / (changed + wrong) >= least
    untouched = Mended(clean)
    assert len(untouched.applied()) <= 0.001 * len(cells)
