"""What unify.customers promises: the golden record."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from gristmill.checks import column


class Customers(pa.DataFrameModel):
    """Customers: what is best known of every customer, over all systems. One row a customer."""

    customer_id: str = column("the customer, the same from run to run", key=True, unique=True)
    full_name: str = column("whole name as one text", pii="name", max_missing=1.0)
    given_name: str = column("first name", pii="name")
    family_name: str = column("surname", pii="name")
    company: str = column("name of the company", pii="company")
    email: str = column("e-mail address", pii="email", is_email=True, max_missing=1.0)
    phone: str = column("telephone number", pii="phone", is_phone=True, max_missing=1.0)
    birth_date: pd.Timestamp = column("day of birth", pii="birth_date", ge="1900-01-01", not_in_future=True)
    gender: str = column("female, male or other", isin=["female", "male", "other"])
    postcode: str = column("postal code", pii="postcode", str_length=(3, 10))
    address: str = column("street, number and what follows, as one text", pii="address")
    city: str = column("town or city")
    region: str = column("state, province or district")
    country: str = column("country", str_matches=r"[A-Z]{2}\Z")
    consent_email: pd.BooleanDtype = column("may be written to by e-mail")
    consent_sms: pd.BooleanDtype = column("may be sent text messages")
    consent_phone: pd.BooleanDtype = column("may be called")
    consent_post: pd.BooleanDtype = column("may be sent letters")
    consent_at: pd.Timestamp = column("when consent was last given or withdrawn", not_in_future=True)
    n_contacts: pd.Int64Dtype = column(
        "records that were brought together",
        nullable=False,
        in_range=(1, 50),
        dimension={"in_range": "accuracy"},
    )
    n_sources: pd.Int64Dtype = column("sources the records come from", nullable=False, ge=1)
    first_seen_at: pd.Timestamp = column("earliest moment of any record")
    last_seen_at: pd.Timestamp = column("latest moment of any record", not_in_future=True)

    class Config:
        row_rule = ["first_seen_at <= last_seen_at", "n_sources <= n_contacts"]
        row_count = {"min_value": 1}
        row_count_band = {"share": 0.3}
        metadata = {"severity": {"row_count": "critical"}}
