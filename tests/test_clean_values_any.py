"""Names, companies, dates, amounts, words and postcodes: any text is read, and done after one pass."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_clean_values import APPLY_ABOVE, KINDS, fill, make, records

from gristmill import entities
from gristmill.engine.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=2) as opened:
        yield opened


HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud7ff",
    "a" * 3_000,
    "가" * 3_000,
    "(" * 50,
    "&" * 40,
    "9" * 60,
    "9" * 78 + "조",
    "\\",
    "'",
    "%",
    "İ",
]
PIECES = st.sampled_from(
    [*"aAzZ ,./-_()&'\"!?0129:;+*%~|", "김", "이", "남궁", "민수", "님", "씨", "대표", "부장", "(주)", "㈜", "주식회사", " Inc", " ltd",
     " Co.", "Mr. ", "Dr", ", ", " & ", " and ", "년", "월", "일", "오전", "시", "jan", "만", "억", "천", "조", "원", "₩", "€", "é", "ß",
     "n/a", "Test", "x", "2024", "12", "31", "T10:20", "+09", "1970-01-01", "NA", "예", "O", "kim", "Min-su"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=7).map("".join), st.text(max_size=24), st.sampled_from(HOSTILE))


# A failing example is large, and every attempt to shrink it takes seconds: it is shown as found.
@settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(texts=st.lists(TEXTS, min_size=200, max_size=400, unique=True))
def test_any_text_is_read_twice_alike_and_stays_once_it_is_clean(
    engine: DuckDBEngine, texts: list[str]
) -> None:
    texts = [*texts, *(text for text in HOSTILE if text not in texts)]
    first = all_fixes(engine, dict.fromkeys(KINDS, texts))
    assert all_fixes(engine, dict.fromkeys(KINDS, texts[::-1])) == first
    done: dict[str, list[str]] = {}
    for column, found in first.items():
        assert all(0 <= fix["confidence"] <= 1 and fix["rule"] for fix in found.values())
        applied = {raw: fix["value"] for raw, fix in found.items() if fix["confidence"] >= APPLY_ABOVE}
        values_left = [applied.get(text, text) for text in texts]
        done[column] = [str(value) for value in values_left if value is not None]
    assert {
        (column, raw): fix
        for column, again in all_fixes(engine, done).items()
        for raw, fix in again.items()
        if fix["confidence"] >= APPLY_ABOVE and not same(raw, fix["value"])
    } == {}


def all_fixes(
    engine: DuckDBEngine, texts: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Column → text → its fix, with the texts of each column in rows and a source of their own."""
    for entity in entities.ENTITIES:
        rows = [
            {"_source": column, column: text}
            for column, (its, _, _) in KINDS.items()
            if its == entity
            for text in texts[column]
        ]
        fill(engine, entity, rows)
    make(engine, *dict.fromkeys(relation for _, relation, _ in KINDS.values()))
    found = {}
    for column, (_, relation, mine) in KINDS.items():
        of_source = f" and _source = '{column}'" if relation in ("name_fixes", "date_fixes") else ""
        rows = records(
            engine, f"select raw, value, rule, confidence from clean.{relation} where {mine}{of_source}"
        )
        found[column] = {fix["raw"]: fix for fix in rows if fix["rule"] is not None}
    return found


def same(raw: str, value: object) -> bool:
    """Whether a value is the text, or the moment that the text is."""
    return str(value) == raw or (isinstance(value, dt.datetime) and str(value.date()) == raw)
