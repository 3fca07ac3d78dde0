"""What clean.orders promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Orders(pa.DataFrameModel):
    """Orders: an order, invoice or receipt, cleaned.

    One row an order of one system; amounts are as the system states them, in the order's currency.
    """

    order_id: str = column("the order within its system", pii="id", key=True, unique=True)
    contact_id: str = column(
        "the contact it belongs to: system and key", pii="id", max_missing=1.0, max_growth={"not_null": 0.05}
    )
    order_key: str = column("number of the order in its own system", pii="id")
    contact_key: str = column("key of the buyer in the same system", pii="id")
    email: str = column("e-mail address given with the order", pii="email", is_email=True)
    phone: str = column("telephone number given with the order", pii="phone", is_phone=True)
    ordered_at: pd.Timestamp = column(
        "when it was ordered",
        nullable=False,
        severity={"not_null": "critical"},
        ge="1970-01-02",
        not_in_future=True,
    )
    status: str = column("completed, cancelled or returned", isin=["completed", "cancelled", "returned"])
    amount: float = column(
        "what was paid, in currency units", in_range=(-10_000_000_000, 10_000_000_000), max_missing=0.5
    )
    currency: str = column("currency of the amount, ISO 4217", str_matches=r"[A-Z]{3}\Z")
    channel: str = column("where it was ordered: web, app, store", same_categories=True, severity="info")
    campaign: str = column("campaign the order is credited to")

    class Config:
        row_count_band = {"share": 0.5}
