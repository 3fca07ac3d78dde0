"""What segment.rates promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Rates(pa.DataFrameModel):
    """Exchange rates into the currency in use. One row a currency and first day."""

    currency: str = column("currency that is converted, ISO 4217", key=True, nullable=False)
    to_currency: str = column("currency it is converted into, ISO 4217", key=True, nullable=False)
    valid_from: pd.Timestamp = column("first day of the rate", key=True, nullable=False)
    rate: float = column(
        "units of to_currency for one unit of currency", nullable=False, gt=0, severity="critical"
    )

    class Config:
        unique = ["currency", "to_currency", "valid_from"]
