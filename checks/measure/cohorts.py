"""What measure.cohorts promises."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Cohorts(pa.DataFrameModel):
    """How many customers of each first month or week bought again, all and split."""

    dimension: str = column("what customers are split by", nullable=False, isin=["all", "channel", "segment"])
    value: str = column("which of them", nullable=False)
    unit: str = column("length of a period", nullable=False, isin=["month", "week"])
    n_since: pd.Int64Dtype = column("periods since the first purchase", nullable=False, ge=0)
    n_cohort: pd.Int64Dtype = column("customers of the cohort", nullable=False, ge=1)
    n_active: pd.Int64Dtype = column("customers with a purchase in the period", nullable=False, ge=0)
    share_active: float = column("share of the cohort", nullable=False, ge=0, le=1)
    is_complete: bool = column("the period had ended", nullable=False)
