"""Who was in which segment when: kept over runs in any order, against the plain list of what each run found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gristmill.engine.duckdb import DuckDBEngine
from gristmill.template import parse

SQL = Path(__file__).parents[1] / "sql" / "segment"
FIRST = dt.date(2026, 1, 1)

Found = dict[tuple[str, str], str]
"""(customer, scheme) → segment."""

FOUND = st.dictionaries(
    st.tuples(st.sampled_from(["김민수", "b", "c"]), st.sampled_from(["rfm", "등급"])),
    st.sampled_from(["New", "Lost", "단골"]),
)
RUNS = st.lists(st.tuples(st.integers(0, 5), FOUND), min_size=1, max_size=8)


def run(engine: DuckDBEngine, day: dt.date, found: Found) -> None:
    """What a run does: carries over what was known, and writes down what it found."""
    known = set(engine.relations())
    for before, now in (("history_before", "history"), ("days_before", "days")):
        empty = {
            "history_before": "select null::varchar as customer_id, null::varchar as scheme,"
            " null::varchar as segment, null::date as since, null::date as until where false",
            "days_before": "select null::date as day where false",
        }[before]
        engine.make(
            f"segment.{before}",
            f"select * from segment.{now}" if f"segment.{now}" in known else empty,
        )
    rows = [(*who, segment) for who, segment in found.items()]
    table = pa.table(
        {
            name: pa.array([row[i] for row in rows], pa.string())
            for i, name in enumerate(("customer_id", "scheme", "segment"))
        }
    )
    engine.register("found", table)
    engine.make("segment.assigned", "select * from found")
    for name in ("days", "history"):
        template = parse(SQL / f"{name}_v1.sql")
        engine.make(template.relation, template.sql, {"as_of": day})


@settings(max_examples=60, deadline=None)
@given(RUNS)
def test_history_tells_of_every_day_what_its_last_run_found(runs: list[tuple[int, Found]]) -> None:
    with DuckDBEngine() as engine:
        last: dict[dt.date, Found] = {}
        for offset, found in runs:
            day = FIRST + dt.timedelta(days=offset)
            run(engine, day, found)
            last[day] = found
        assert engine.rows("select day from segment.days order by day") == [(day,) for day in sorted(last)]
        for day, found in last.items():
            told = engine.rows(
                "select customer_id, scheme, segment from segment.history"
                " where since <= $day and (until > $day or until is null)",
                {"day": day},
            )
            assert sorted(told) == sorted((*who, segment) for who, segment in found.items())
        # An interval is as long as it can be: nobody leaves a segment on the day of coming back to it.
        assert (
            engine.scalar(
                "select count(*) from segment.history as a join segment.history as b using (customer_id, scheme, segment)"
                " where a.until = b.since"
            )
            == 0
        )
        assert engine.scalar("select count(*) from segment.history where until <= since") == 0
