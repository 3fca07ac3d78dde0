"""What measure.churn promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Churn(pa.DataFrameModel):
    """How likely every customer with a purchase buys nothing in the next days, and what is lost if so. One row a customer."""

    customer_id: str = column(
        "the customer", key=True, unique=True, refers_to=("unify.customers", "customer_id")
    )
    churn_probability: float = column(
        "chance of no purchase in the next churn_days; empty when neither a model holds nor days could be held out",
        nullable=True,
        ge=0,
        le=1,
    )
    churn_method: str = column(
        "how the chance is told",
        nullable=True,
        isin=["bg_nbd", "mbg_nbd", "pareto_nbd", "overdue bands"],
    )
    churn_days: pd.Int64Dtype = column("days ahead", nullable=False, ge=1)
    n_purchases: pd.Int64Dtype = column("days with a purchase", nullable=False, ge=1)
    days_since_last: pd.Int64Dtype = column("days since the last purchase", nullable=False, ge=0)
    usual_gap_days: float = column(
        "days from one purchase to the next; empty when nobody bought twice", nullable=True, gt=0
    )
    overdue_ratio: float = column("usual gaps since the last purchase", nullable=True, ge=0)
    has_own_rhythm: bool = column("three days with a purchase and more", nullable=False)
    is_overdue: bool = column("more usual gaps passed than overdue_after", nullable=False)
    expected_spend: float = column("net value of a purchase, in currency units", nullable=True, ge=0)
    value_at_risk: float = column(
        "chance of buying nothing times what the days bring at the usual gap, in currency units",
        nullable=True,
        ge=0,
    )
    is_worth_a_call: bool = column("overdue, something at risk, and not yet lost", nullable=False)
    place: pd.Int64Dtype = column("1 has most at risk", unique=True, nullable=False, ge=1)
