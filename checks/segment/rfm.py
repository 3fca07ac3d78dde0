"""What segment.rfm promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Rfm(pa.DataFrameModel):
    """Recency, frequency and monetary value of every customer with a purchase. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    recency_days: pd.Int64Dtype = column("days since the last purchase", nullable=False, ge=0)
    frequency: pd.Int64Dtype = column("purchases", nullable=False, ge=1)
    monetary: float = column("net value of all purchases, in currency units", nullable=False)
    first_order_at: pd.Timestamp = column("first purchase", nullable=False)
    last_order_at: pd.Timestamp = column("last purchase", nullable=False, not_in_future=True)
    r: pd.Int64Dtype = column("score of recency, 1 is worst", nullable=False, ge=1)
    f: pd.Int64Dtype = column("score of frequency, 1 is worst", nullable=False, ge=1)
    m: pd.Int64Dtype = column("score of monetary value, 1 is worst", nullable=False, ge=1)

    class Config:
        row_rule = ["first_order_at <= last_order_at"]
