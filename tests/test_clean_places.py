"""Regions and cities of Korea get one name each, others one case, and what is right stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_clean_addresses import SHORT, made, table

from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


def placed(
    engine: DuckDBEngine, cells: Sequence[tuple[str, str, str | None]]
) -> dict[tuple[str, str], tuple[Any, ...]]:
    """``(kind, raw)`` → value, rule, confidence of places given as kind, text and country."""
    rows = [{kind: text, "country": country} for kind, text, country in cells]
    made(engine, rows, "place_fixes", mend=any(text != text.strip() for _, text, _ in cells))
    return {
        row[:2]: row[2:]
        for row in engine.rows("select kind, raw, value, rule, confidence from clean.place_fixes")
    }


@pytest.mark.parametrize("country", ["대한민국", "KR", None])
def test_provinces_get_their_name_of_today(engine: DuckDBEngine, country: str | None) -> None:
    words = {word: name for name, short in SHORT.items() for word in (name, short)}
    words |= {
        "서울시": "서울특별시",
        "Seoul": "서울특별시",
        "BUSAN": "부산광역시",
        "강원도": "강원특별자치도",
    }
    words |= {
        "전라북도": "전북특별자치도",
        "제주도": "제주특별자치도",
        "Gyeonggi-do": "경기도",
        "부산직할시": "부산광역시",
    }
    got = placed(engine, [("region", word, country) for word in words])
    assert {word: got.get(("region", word), (word,))[0] for word in words} == words
    assert all(confidence >= 0.9 for _, _, confidence in got.values())


def test_abolished_names_become_those_of_today_and_a_part_is_only_proposed(engine: DuckDBEngine) -> None:
    sure = {
        "진해시": "창원시 진해구",
        "여주군": "여주시",
        "당진군": "당진시",
        "인천 남구": "인천광역시 미추홀구",
    }
    sure |= {"경상북도 군위군": "대구광역시 군위군", "강원도 춘천시": "강원특별자치도 춘천시"}
    guessed = {
        "마산시": "창원시",
        "청원군": "청주시",
        "북제주군": "제주시",
        "연기군": "세종특별자치시",
        "창원군": "창원시",
    }
    got = placed(engine, [("city", word, "KR") for word in [*sure, *guessed]])
    assert {word: got["city", word][0] for word in sure | guessed} == sure | guessed
    assert all(got["city", word][2] >= 0.9 for word in sure)
    assert all(got["city", word][2] < 0.9 for word in guessed)


def test_a_name_that_several_provinces_have_stays(engine: DuckDBEngine) -> None:
    assert (
        placed(
            engine, [("city", word, "KR") for word in ("중구", "남구", "동구", "고성군", "강서구", "고성")]
        )
        == {}
    )


def test_a_city_in_capitals_is_spelt_as_others_and_short_names_stay(engine: DuckDBEngine) -> None:
    cells = [
        ("city", city, "US") for city in ("NEW YORK", "new york", "McAllen", "MCALLEN", "NYC", "DALLAS TX")
    ]
    got = placed(engine, [*cells, ("region", "CA", "US"), ("city", "SUWON", "KR")])
    assert {raw: (value, confidence) for (_, raw), (value, _, confidence) in got.items()} == {
        "NEW YORK": ("New York", 0.95),
        "new york": ("New York", 0.95),
        "MCALLEN": ("McAllen", 0.98),
        "SUWON": ("Suwon", 0.95),
        "DALLAS TX": ("DALLAS", 0.6),
    }


def test_right_places_are_not_touched(engine: DuckDBEngine) -> None:
    cells = [(kind, row[kind], row["country"]) for row in table("places.csv") for kind in ("region", "city")]
    made(engine, [], "districts")
    cells += [("city", district, "KR") for (district,) in engine.rows("select district from clean.districts")]
    assert placed(engine, cells) == {}


def test_places_elsewhere_are_left_but_for_a_state_behind_a_city(engine: DuckDBEngine) -> None:
    cells = [
        ("city", "Boulder CO", "US"),
        ("city", "Boulder, CO", "USA"),
        ("city", "Boulder CO", "DE"),
        ("city", "Seoul", "US"),
    ]
    cells += [("city", "Kansas City", "US"), ("region", "서울", "US"), ("city", " Paris", "FR")]
    assert placed(engine, cells) == {
        ("city", "Boulder CO"): ("Boulder", "state behind a city", 0.6),
        ("city", "Boulder, CO"): ("Boulder", "state behind a city", 0.6),
        ("city", " Paris"): ("Paris", "spaces", 1.0),
    }


def test_places_are_done_after_one_pass(engine: DuckDBEngine) -> None:
    made(engine, [], "district_words", "province_words", "former_districts", "districts")
    texts = [word for (word,) in engine.rows("select word from clean.province_words")]
    texts += [word for (word,) in engine.rows("select former from clean.former_districts")]
    texts += [" ".join(row) for row in engine.rows("select in_province, word from clean.district_words")]
    texts += [f"{SHORT[p]} {d}" for p, d in engine.rows("select * from clean.districts")] + [
        "  서울 ",
        "성남시분당구",
        "고양 일산동구",
    ]
    got = placed(engine, [(kind, text, "KR") for kind in ("region", "city") for text in texts])
    again = placed(
        engine, [(kind, value, "KR") for (kind, _), (value, _, _) in got.items() if value is not None]
    )
    assert again == {}
