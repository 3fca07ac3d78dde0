"""What segment.lifecycle promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column

STAGES = ["new", "won back", "active", "cooling", "dormant", "lost", "never bought"]


class Lifecycle(pa.DataFrameModel):
    """The stage of the life cycle of every customer. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    segment: str = column("stage of the life cycle", nullable=False, isin=STAGES)
    recency_days: pd.Int64Dtype = column("days since the last purchase", ge=0)
    usual_gap_days: float = column("own usual gap between days of purchase", ge=0)
