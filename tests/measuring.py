"""Templates of orders and what follows from them, run one after the other on a database of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from gristmill.template import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gristmill.engine.duckdb import DuckDBEngine

ROOT = Path(__file__).parents[1]
ORDERS = ("segment/rates", "segment/currencies", "segment/orders")
VALUE = (
    *ORDERS, "measure/clv_settings", "measure/clv_days", "measure/clv_customers", "measure/clv_holdout", "measure/clv_counts",
    "measure/clv_spends",
)  # fmt: skip
"""What ``clv.value_customers`` reads."""


def mill(engine: DuckDBEngine, names: tuple[str, ...], **params: Any) -> None:
    """Make the relation of each template; parameters that are not given are as in its head."""
    for name in names:
        template = parse(ROOT / "sql" / f"{name}_v1.sql")
        values = {key: params.get(key, param.default) for key, param in template.params.items()}
        engine.make(template.relation, template.sql, values)


def bought(engine: DuckDBEngine, rows: Sequence[tuple[str, str, float | None]]) -> None:
    """``unify.orders`` of what is given as (customer, day, amount)."""
    types = {"customer": pa.string(), "day": pa.string(), "amount": pa.float64()}
    columns = {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(types.items())}
    engine.register("bought", pa.table(columns))
    engine.make(
        "unify.orders",
        "select cast(row_number() over () as varchar) as order_id, customer as customer_id,"
        " cast(day as timestamp) as ordered_at, 'completed' as status, cast(amount as decimal(18, 4)) as amount,"
        " cast(null as varchar) as currency from bought",
    )
