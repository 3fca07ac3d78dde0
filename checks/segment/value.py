"""What segment.value promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column

CLASSES = ["A", "B", "C", "no net revenue", "never bought"]


class Value(pa.DataFrameModel):
    """What every customer brings in, beside all others. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    segment: str = column("class by share of revenue", nullable=False, isin=CLASSES)
    share_revenue: float = column("share of the revenue of all customers", ge=0, le=1)
    share_above: float = column("share of all who bring in more", ge=0, le=1)
    value_decile: pd.Int64Dtype = column("tenth of buyers by revenue, 10 is best", ge=1, le=10)
