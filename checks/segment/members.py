"""What segment.members promises, of the schemes that come with gristmill and of a project's own alike."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Members(pa.DataFrameModel):
    """The segment of every customer in every scheme. One row a scheme and customer: nobody is in two segments of one scheme."""

    customer_id: str = column("the customer", nullable=False, refers_to=("unify.customers", "customer_id"))
    scheme: str = column(
        "the scheme, its template's name", nullable=False, refers_to=("segment.schemes", "scheme")
    )
    segment: str = column("the segment", nullable=False)
    since: pd.Timestamp = column(
        "day of the first of the runs in a row that found it so", nullable=False, not_in_future=True
    )

    class Config:
        unique = ["scheme", "customer_id"]
        metadata = {"severity": {"unique": "critical"}}
