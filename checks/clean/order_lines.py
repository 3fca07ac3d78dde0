"""What clean.order_lines promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class OrderLines(pa.DataFrameModel):
    """Order lines: one product within an order, cleaned.

    Lines that came back have a negative quantity and amount.
    """

    order_id: str = column(
        "the order within its system",
        pii="id",
        refers_to=("clean.orders", "order_id"),
        nullable=False,
        severity={"not_null": "critical", "refers_to": "critical"},
    )
    contact_id: str = column("the contact it belongs to: system and key", pii="id")
    order_key: str = column("number of the order the line belongs to", pii="id")
    line_no: pd.Int64Dtype = column("position within the order", ge=0)
    contact_key: str = column("key of the buyer in the same system", pii="id")
    ordered_at: pd.Timestamp = column("when it was ordered", ge="1970-01-02", not_in_future=True)
    product_key: str = column("code of the product", max_missing=0.1)
    product_name: str = column("name of the product")
    category: str = column("group the product belongs to")
    quantity: float = column(
        "pieces; negative when they came back", ne=0, in_range=(-1_000_000, 1_000_000), max_missing=0.5
    )
    unit_price: float = column("price of one piece, in currency units", ge=0, dimension={"ge": "accuracy"})
    amount: float = column("price of the line, in currency units")
    currency: str = column("currency of the prices, ISO 4217", str_matches=r"[A-Z]{3}\Z")
    status: str = column("completed, cancelled or returned", isin=["completed", "cancelled", "returned"])
    country: str = column("country of the buyer", str_matches=r"[A-Z]{2}\Z")
