"""Quarantine: rows that fail a critical check are left out, written down, and back once they are mended."""

from __future__ import annotations

import datetime as dt

import pandera.pandas as pa
import pytest

from gristmill.checks import column, run, set_apart
from gristmill.checks.quarantine import RELATION
from gristmill.engine.duckdb import DuckDBEngine
from gristmill.errors import CheckError

AS_OF = dt.date(2026, 1, 1)


class Orders(pa.DataFrameModel):
    order_id: str = column("the order", key=True, unique=True, quarantine=True)
    amount: float = column("net", ge=0, severity={"ge": "critical"}, quarantine=["ge"])
    email: str = column("who", is_email=True, quarantine=True)

    class Config:
        conditional = ["when amount > 100 then email is not null"]
        metadata = {"severity": {"conditional": "critical"}, "quarantine": ["conditional"]}


def made(engine: DuckDBEngine, amount: float) -> int:
    engine.make(
        "clean.orders",
        "select 'shop' as _source, 'f' as _file, * from (values (1, 'a', 5.0, 'x@y.co'), (2, null, 1.0, null),"
        f" (3, 'b', {amount}, 'nobody'), (4, 'b', 2.0, 'x@y.co'), (5, 'c', 200.0, null)) as t(_row, order_id, amount, email)",
    )
    return set_apart(engine, "clean.orders", Orders, as_of=AS_OF, run_id="r")


def test_rows_that_fail_a_critical_check_are_left_out_and_listed_with_the_reason() -> None:
    with DuckDBEngine() as engine:
        assert made(engine, -1) == 3
        assert [row for (row,) in engine.rows("select _row from clean.orders order by 1")] == [1, 4]
        listed = engine.rows(
            f'select _row, column_name, check_name, "value", reason from {RELATION} order by 1'
        )
        assert listed == [
            (2, "order_id", "not_null", None, "order_id is missing"),
            (3, "amount", "ge", "-1.0", "amount is below 0"),
            (5, "amount, email", "conditional(when amount > 100 then email is not null)", "200.0 | –",
             "amount > 100, but not: email is not null"),
        ]  # fmt: skip
        # What is left is judged as any relation; a warning never quarantines.
        found = {
            f"{one.column}.{one.check}": one
            for one in run(engine, "clean.orders", Orders, as_of=AS_OF, run_id="r")
        }
        assert found["amount.ge"].n_failed == 0 and found["email.is_email"].n == 2


def test_a_row_that_was_mended_is_back_by_itself() -> None:
    with DuckDBEngine() as engine:
        made(engine, -1)
        assert made(engine, 1) == 2
        assert [row for (row,) in engine.rows("select _row from clean.orders order by 1")] == [1, 3, 4]
        assert engine.scalar(f"select count(*) from {RELATION}") == 2


def test_without_a_quarantining_check_nothing_is_touched() -> None:
    with DuckDBEngine() as engine:
        engine.make("t.x", "select null as x")
        schema = pa.DataFrameSchema({"x": pa.Column(None, metadata={"severity": "critical"})})
        assert set_apart(engine, "t.x", schema, as_of=AS_OF, run_id="r") == 0
        assert set_apart(engine, "t.gone", schema, as_of=AS_OF, run_id="r") == 0
        assert engine.scalar("select count(*) from t.x") == 1
        with pytest.raises(CheckError):
            set_apart(
                engine,
                "t.x",
                schema.update_column("x", metadata={"severity": "huge"}),
                as_of=AS_OF,
                run_id="r",
            )
