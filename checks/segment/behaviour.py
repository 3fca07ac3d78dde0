"""What segment.behaviour promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Behaviour(pa.DataFrameModel):
    """The cluster of customers who behave alike. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    segment: str = column("name of the cluster", nullable=False)
    cluster: pd.Int64Dtype = column("number of the cluster", ge=1)
    distance: float = column("distance to the centre, in standard deviations", ge=0)
