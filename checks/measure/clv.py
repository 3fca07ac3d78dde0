"""What measure.clv promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Clv(pa.DataFrameModel):
    """What every customer with a purchase is expected to buy and to be worth. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    probability_alive: float = column(
        "chance that the customer still buys at all; empty without a model", nullable=True, ge=0, le=1
    )
    expected_purchases: float = column("days with a purchase in the next horizon_days", nullable=False, ge=0)
    expected_spend: float = column("net value of a purchase, in currency units", nullable=True, ge=0)
    clv: float = column("value of the horizon, discounted, in currency units", nullable=True, ge=0)
    horizon_days: pd.Int64Dtype = column("days ahead", nullable=False, ge=0)
    purchase_method: str = column(
        "how purchases are expected",
        nullable=False,
        isin=["bg_nbd", "mbg_nbd", "pareto_nbd", "historical average"],
    )
    spend_method: str = column(
        "how spend is expected", nullable=False, isin=["gamma_gamma", "historical average"]
    )
